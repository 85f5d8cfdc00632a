-- Each customer's values, scores and segment, and since when they stay.
-- Grain: one row per customer, as of a date.
-- Reads: customer_segments, previous_customer_rfm
-- Params: as_of date: where a stay begins that no month before carries on
-- Note: customers who are summed up say nothing of the month before. previous_customer_rfm is that month as the shop
--   has released it, or empty where it has not; a stay goes on where the customer was in the segment then.
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
    cast(null AS STRING) AS previous_segment,
    CASE WHEN released.segment = now.segment THEN released.segment_since ELSE :as_of END AS segment_since
FROM customer_segments AS now
LEFT JOIN previous_customer_rfm AS released ON now.user_id = released.user_id
