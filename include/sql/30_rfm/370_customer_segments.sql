-- Each customer's values, scores and segment.
-- Grain: one row per customer, as of a date.
-- Reads: customer_scores, segment_cells
-- Params: none
SELECT
    scored.user_id,
    scored.recency_days,
    scored.frequency,
    scored.monetary,
    scored.r_score,
    scored.f_score,
    scored.m_score,
    scored.rfm_score,
    segment_cells.segment,
    scored.orders
FROM (
    SELECT
        user_id,
        recency_days,
        frequency,
        monetary,
        r_score,
        f_score,
        m_score,
        orders,
        concat(r_score, f_score, m_score) AS rfm_score
    FROM customer_scores
) AS scored
LEFT JOIN segment_cells ON scored.rfm_score = segment_cells.cell
