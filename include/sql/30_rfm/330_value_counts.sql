-- How many customers have each value of each metric, and how many have a smaller one.
-- Grain: one row per metric and distinct value.
-- Reads: customer_values
-- Params: none
-- Cache: the edges read it several times
-- Note: only distinct values are sorted in one place (days, cents), never all customers. Values are in
--   hundredths, so that the arithmetic on them is exact.
WITH counts AS (
    SELECT
        'recency' AS metric,
        cast(recency_days AS BIGINT) * 100 AS hundredths,
        count(*) AS customers
    FROM customer_values
    GROUP BY recency_days
    UNION ALL
    SELECT
        'frequency' AS metric,
        frequency * 100 AS hundredths,
        count(*) AS customers
    FROM customer_values
    GROUP BY frequency
    UNION ALL
    SELECT
        'monetary' AS metric,
        cast(monetary * 100 AS BIGINT) AS hundredths,
        count(*) AS customers
    FROM customer_values
    GROUP BY monetary
)

SELECT
    metric,
    hundredths,
    customers,
    sum(customers) OVER smaller AS customers_up_to,
    sum(customers) OVER (PARTITION BY metric) AS customers_in_all
FROM counts
WINDOW smaller AS (PARTITION BY metric ORDER BY hundredths ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
