-- The bins that the scores come from: lower <= value < upper.
-- Grain: one row per metric and score.
-- Reads: edge_values, value_counts
-- Params: bins int: how many scores each metric has
-- Note: the outermost bins are open, so their outer edge is null.
WITH bins AS (
    SELECT
        metric,
        edge AS bin,
        value AS lower,
        lead(value) OVER (PARTITION BY metric ORDER BY edge) AS upper
    FROM edge_values
    UNION ALL
    SELECT
        metric,
        0 AS bin,
        cast(NULL AS DECIMAL(18, 2)) AS lower,
        value AS upper
    FROM edge_values
    WHERE edge = 1
),

counted AS (
    SELECT
        bins.metric,
        bins.bin,
        bins.lower,
        bins.upper,
        coalesce(sum(value_counts.customers), 0) AS customers
    FROM bins
    LEFT JOIN value_counts
        ON
            bins.metric = value_counts.metric
            AND (bins.lower IS NULL OR value_counts.hundredths >= bins.lower * 100)
            AND (bins.upper IS NULL OR value_counts.hundredths < bins.upper * 100)
    GROUP BY bins.metric, bins.bin, bins.lower, bins.upper
)

SELECT
    metric,
    cast(CASE WHEN metric = 'recency' THEN :bins - bin ELSE bin + 1 END AS INT) AS score,
    lower,
    upper,
    customers
FROM counted
