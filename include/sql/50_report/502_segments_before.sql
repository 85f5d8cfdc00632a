-- The customers of the month before in the segments of then, with the sum of their scores.
-- Grain: one row per customer of the month before.
-- Reads: previous_customer_scores, segment_cells
-- Params: none
SELECT
    scored.user_id,
    scored.monetary,
    scored.r_score + scored.f_score + scored.m_score AS score_sum,
    segment_cells.segment
FROM previous_customer_scores AS scored
LEFT JOIN segment_cells ON scored.rfm_score = segment_cells.cell
