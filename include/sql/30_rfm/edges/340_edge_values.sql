-- The four edges of each metric, at which the next of the five bins begins.
-- Grain: one row per metric and edge (1 to 4).
-- Reads: value_counts, frozen_edges
-- Params: frequency_edges array<int>: the fixed edges of frequency
-- Cache: the scores and the bins both read it
-- Note: recency and monetary take exact quintiles with linear interpolation (type 7 of R and numpy):
--   rank h = (n - 1) * i / 5, edge = x[floor(h)] + (h - floor(h)) * (x[floor(h) + 1] - x[floor(h)]).
--   All in whole hundredths; what does not divide is rounded up, which leaves every value in its bin, because
--   values are whole hundredths too. Frequency takes fixed edges, since most customers bought once and every
--   quantile is then the same. Edges of another version, where given, replace all of these.
WITH steps AS (
    SELECT explode(array(1, 2, 3, 4)) AS edge
),

ranks AS (
    SELECT DISTINCT
        value_counts.metric,
        steps.edge,
        (value_counts.customers_in_all - 1) * steps.edge DIV 5 AS lower_rank,
        (value_counts.customers_in_all - 1) * steps.edge % 5 AS fifths
    FROM value_counts
    CROSS JOIN steps
    WHERE value_counts.metric IN ('recency', 'monetary')
),

neighbours AS (
    SELECT
        ranks.metric,
        ranks.edge,
        ranks.fifths,
        min(value_counts.hundredths) FILTER (
            WHERE value_counts.customers_up_to > ranks.lower_rank
        ) AS lower_value,
        min(value_counts.hundredths) FILTER (
            WHERE value_counts.customers_up_to > ranks.lower_rank + 1
        ) AS upper_value
    FROM ranks
    INNER JOIN value_counts ON ranks.metric = value_counts.metric
    GROUP BY ranks.metric, ranks.edge, ranks.fifths
),

quantiles AS (
    SELECT
        metric,
        edge,
        lower_value + ((coalesce(upper_value, lower_value) - lower_value) * fifths + 4) DIV 5 AS hundredths
    FROM neighbours
),

computed AS (
    SELECT
        metric,
        edge,
        cast(cast(hundredths AS DECIMAL(20, 0)) / 100 AS DECIMAL(18, 2)) AS value
    FROM quantiles
    UNION ALL
    SELECT
        'frequency' AS metric,
        steps.edge,
        cast(element_at(:frequency_edges, steps.edge) AS DECIMAL(18, 2)) AS value
    FROM steps
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
WHERE NOT exists(SELECT 1 FROM frozen_edges)
