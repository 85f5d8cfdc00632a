-- The customers of the month before in the segments of then.
-- Grain: one row per customer of the month before.
-- Reads: previous_customer_scores, segment_cells
-- Params: none
SELECT
    scored.user_id,
    scored.monetary,
    segment_cells.segment
FROM previous_customer_scores AS scored
LEFT JOIN segment_cells ON scored.rfm_score = segment_cells.cell
