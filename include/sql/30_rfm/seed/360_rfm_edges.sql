-- The smallest and largest value in each tile.
-- Grain: one row per metric and score that occurs.
-- Reads: metric_scores
-- Params: none
-- Note: ntile cuts blocks of equal values, so these ranges touch and overlap; both ends are inside.
SELECT
    'recency' AS metric,
    r_score AS score,
    cast(min(recency_days) AS DECIMAL(18, 2)) AS lower,
    cast(max(recency_days) AS DECIMAL(18, 2)) AS upper,
    count(*) AS customers
FROM metric_scores
GROUP BY r_score
UNION ALL
SELECT
    'frequency' AS metric,
    f_score AS score,
    cast(min(frequency) AS DECIMAL(18, 2)) AS lower,
    cast(max(frequency) AS DECIMAL(18, 2)) AS upper,
    count(*) AS customers
FROM metric_scores
GROUP BY f_score
UNION ALL
SELECT
    'monetary' AS metric,
    m_score AS score,
    min(monetary) AS lower,
    max(monetary) AS upper,
    count(*) AS customers
FROM metric_scores
GROUP BY m_score
