-- Each customer's values and scores, which no segment map has a say in.
-- Grain: one row per customer, as of a date.
-- Reads: metric_scores
-- Params: none
SELECT
    user_id,
    recency_days,
    frequency,
    monetary,
    r_score,
    f_score,
    m_score,
    concat(r_score, f_score, m_score) AS rfm_score,
    orders
FROM metric_scores
