-- Each customer's values, scores and segment, with the segment a month before and since when they stay.
-- Grain: one row per customer, as of a date.
-- Reads: customer_segments, previous_customer_segments, previous_customer_rfm
-- Params: as_of date: where a stay begins that no month before carries on
-- Note: previous_customer_rfm is the month before as the shop has released it, or empty where it has not. A stay goes
--   on where the customer was in the segment the month before both as it was released and as this run finds it, so
--   that nobody who has just moved has stayed for long.
SELECT
    now.user_id,
    now.recency_days,
    now.frequency,
    now.monetary,
    now.r_score,
    now.f_score,
    now.m_score,
    now.rfm_score,
    now.segment,
    now.orders,
    before.segment AS previous_segment,
    CASE
        WHEN before.segment = now.segment AND released.segment = now.segment THEN released.segment_since
        ELSE :as_of
    END AS segment_since
FROM customer_segments AS now
LEFT JOIN previous_customer_segments AS before ON now.user_id = before.user_id
LEFT JOIN previous_customer_rfm AS released ON now.user_id = released.user_id
