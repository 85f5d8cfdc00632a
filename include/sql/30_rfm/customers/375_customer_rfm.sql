-- Each customer's values, scores and segment, and since when they stay.
-- Grain: one row per customer, as of a date.
-- Reads: customer_scores, segment_cells, previous_customer_rfm
-- Params: as_of date: where a stay begins that no month before carries on
-- Note: customers who are summed up say nothing of the month before. previous_customer_rfm is that month as the shop
--   has released it, or empty where it has not; a stay goes on where the customer was in the segment then.
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
    cast(NULL AS STRING) AS previous_segment,
    CASE WHEN released.segment = now.segment THEN released.segment_since ELSE :as_of END AS segment_since
FROM customer_scores AS scored
LEFT JOIN segment_cells AS now ON scored.rfm_score = now.cell
LEFT JOIN previous_customer_rfm AS released ON scored.user_id = released.user_id
