-- How many customers come before each group of customers that only their ids tell apart.
-- Grain: one row per metric and group.
-- Reads: customer_values
-- Params: none
-- Note: for recency a group is a number of days, for frequency a pair of frequency and days, for monetary an
--   amount. Only groups are sorted in one place, never all customers.
WITH groups AS (
    SELECT
        'recency' AS metric,
        cast(0 AS DECIMAL(18, 2)) AS value,
        recency_days,
        count(*) AS customers
    FROM customer_values
    GROUP BY recency_days
    UNION ALL
    SELECT
        'frequency' AS metric,
        cast(frequency AS DECIMAL(18, 2)) AS value,
        recency_days,
        count(*) AS customers
    FROM customer_values
    GROUP BY frequency, recency_days
    UNION ALL
    SELECT
        'monetary' AS metric,
        monetary AS value,
        0 AS recency_days,
        count(*) AS customers
    FROM customer_values
    GROUP BY monetary
)

SELECT
    metric,
    value,
    recency_days,
    sum(customers) OVER (
        PARTITION BY metric
        ORDER BY value ASC, recency_days DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) - customers AS customers_before
FROM groups
