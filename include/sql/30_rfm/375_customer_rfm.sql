-- Each customer's values, scores and segment, with the segment a month before and since when they stay.
-- Grain: one row per customer, as of a date.
-- Reads: customer_scores, previous_customer_scores, segment_cells, previous_customer_rfm
-- Params: as_of date: where a stay begins that no month before carries on
-- Note: previous_customer_rfm is the month before as the shop has released it, or empty where it has not. A stay goes
--   on where the customer was in the segment the month before both as it was released and as this run finds it, so
--   that nobody who has just moved has stayed for long. A score that the map lacks has no segment; a check finds it.
SELECT
    scored.user_id,
    scored.recency_days,
    scored.frequency,
    scored.monetary,
    scored.r_score,
    scored.f_score,
    scored.m_score,
    scored.rfm_score,
    now.segment,
    scored.orders,
    before.segment AS previous_segment,
    CASE
        WHEN before.segment = now.segment AND released.segment = now.segment THEN released.segment_since
        ELSE :as_of
    END AS segment_since
FROM customer_scores AS scored
LEFT JOIN segment_cells AS now ON scored.rfm_score = now.cell
LEFT JOIN previous_customer_scores AS scored_before ON scored.user_id = scored_before.user_id
LEFT JOIN segment_cells AS before ON scored_before.rfm_score = before.cell
LEFT JOIN previous_customer_rfm AS released ON scored.user_id = released.user_id
