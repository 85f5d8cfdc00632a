-- The bins that the scores come from: lower <= value < upper, or closed on the right: lower < value <= upper.
-- Grain: one row per metric and score.
-- Reads: edge_values, value_counts
-- Params: bins int: how many scores each metric has
--   bins_closed string: left or right
-- Note: the outermost bins are open, so their outer edge is null. Values and edges are whole hundredths, so a bin that
--   is closed on the right ends where the next hundredth begins.
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

reached AS (
    SELECT
        metric,
        bin,
        lower,
        upper,
        lower * 100 + CASE :bins_closed WHEN 'left' THEN 0 ELSE 1 END AS first_inside,
        upper * 100 + CASE :bins_closed WHEN 'left' THEN 0 ELSE 1 END AS first_after
    FROM bins
),

counted AS (
    SELECT
        reached.metric,
        reached.bin,
        reached.lower,
        reached.upper,
        coalesce(sum(value_counts.customers), 0) AS customers
    FROM reached
    LEFT JOIN value_counts
        ON
            reached.metric = value_counts.metric
            AND (reached.lower IS NULL OR reached.first_inside <= value_counts.hundredths)
            AND (reached.upper IS NULL OR reached.first_after > value_counts.hundredths)
    GROUP BY reached.metric, reached.bin, reached.lower, reached.upper
)

SELECT
    metric,
    cast(CASE WHEN metric = 'recency' THEN :bins - bin ELSE bin + 1 END AS INT) AS score,
    lower,
    upper,
    customers
FROM counted
