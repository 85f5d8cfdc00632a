-- The edges of each metric, at which the next bin begins.
-- Grain: one row per metric and edge (1 to one less than there are bins).
-- Reads: value_counts, frozen_edges
-- Params: bins int: how many bins, and so scores, each metric has
--   bins_closed string: left, a value on an edge is in the bin above it, or right, in the bin below
--   frequency_edges array<int>: the fixed edges of frequency, or none for quantiles
--   recency_edges array<string>: those of recency as exact texts, or none for quantiles
--   monetary_edges array<string>: those of spend as exact texts, or none for quantiles
-- Cache: the scores and the bins both read it
-- Note: exact quantiles with linear interpolation (type 7 of R and numpy):
--   rank h = (n - 1) * i / bins, edge = x[floor(h)] + (h - floor(h)) * (x[floor(h) + 1] - x[floor(h)]).
--   All in whole hundredths; what does not divide is rounded up, or down where bins are closed on the right. This
--   leaves every value in its bin, because values are whole hundredths too. A metric takes fixed edges where they are
--   given. Frequency has some preset, since most customers bought once and every quantile is then the same. Edges of
--   another version, where given, replace all of these.
WITH steps AS (
    SELECT
        metric,
        explode(sequence(1, :bins - 1)) AS edge,
        hundredths,
        customers_up_to,
        customers_in_all - 1 AS last_rank
    FROM value_counts
),

neighbours AS (
    SELECT
        metric,
        edge,
        max(last_rank * edge % :bins) AS parts,
        min(hundredths) FILTER (WHERE customers_up_to > last_rank * edge DIV :bins) AS lower_value,
        min(hundredths) FILTER (WHERE customers_up_to > last_rank * edge DIV :bins + 1) AS upper_value
    FROM steps
    GROUP BY metric, edge
),

quantiles AS (
    SELECT
        metric,
        edge,
        lower_value
        + (
            (coalesce(upper_value, lower_value) - lower_value) * parts
            + CASE :bins_closed WHEN 'left' THEN :bins - 1 ELSE 0 END
        ) DIV :bins AS hundredths
    FROM neighbours
),

fixed AS (
    SELECT
        'frequency' AS metric,
        posexplode(cast(:frequency_edges AS ARRAY<DECIMAL(18, 2)>)) AS (position, value)
    UNION ALL
    SELECT
        'recency' AS metric,
        posexplode(cast(:recency_edges AS ARRAY<DECIMAL(18, 2)>)) AS (position, value)
    UNION ALL
    SELECT
        'monetary' AS metric,
        posexplode(cast(:monetary_edges AS ARRAY<DECIMAL(18, 2)>)) AS (position, value)
),

computed AS (
    SELECT
        metric,
        edge,
        cast(cast(hundredths AS DECIMAL(20, 0)) / 100 AS DECIMAL(18, 2)) AS value
    FROM quantiles
    WHERE metric NOT IN (SELECT metric FROM fixed)
    UNION ALL
    SELECT
        metric,
        position + 1 AS edge,
        value
    FROM fixed
)

SELECT
    metric,
    row_number() OVER (PARTITION BY metric ORDER BY lower) AS edge,
    lower AS value
FROM frozen_edges
WHERE lower IS NOT NULL
UNION ALL
SELECT
    metric,
    edge,
    value
FROM computed
WHERE NOT EXISTS (SELECT 1 FROM frozen_edges)
