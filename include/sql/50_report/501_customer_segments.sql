-- Each customer's values, scores and segment.
-- Grain: one row per customer, as of a date.
-- Reads: customer_scores, segment_cells
-- Params: none
-- Note: customer_rfm has the segments too, and since when customers stay, which rests on what the shop has released of
--   the month before. What is read here rests on no release.
SELECT
    customer_scores.user_id,
    customer_scores.recency_days,
    customer_scores.frequency,
    customer_scores.monetary,
    customer_scores.r_score,
    customer_scores.f_score,
    customer_scores.m_score,
    customer_scores.rfm_score,
    segment_cells.segment,
    customer_scores.orders
FROM customer_scores
LEFT JOIN segment_cells ON customer_scores.rfm_score = segment_cells.cell
