-- The bins of each of the three metrics hold all customers.
-- Grain: one row.
-- Reads: rfm_edges, customer_values
-- Params: none
-- Level: fail
-- Of: rfm_edges
WITH everyone AS (
    SELECT count(*) AS customers
    FROM customer_values
),

metrics AS (
    SELECT
        metric,
        sum(customers) AS customers
    FROM rfm_edges
    GROUP BY metric
),

matches AS (
    SELECT
        count_if(metrics.customers = everyone.customers) AS whole,
        count_if(metrics.customers <> everyone.customers) AS broken
    FROM metrics
    CROSS JOIN everyone
)

SELECT
    everyone.customers AS figure,
    matches.broken = 0 AND (matches.whole = 3 OR everyone.customers = 0) AS passed,
    concat(
        'The bins of ', matches.whole, ' metrics hold all ', everyone.customers, ' customers, those of ',
        matches.broken, ' do not; it must be 3 and 0.'
    ) AS message
FROM matches
CROSS JOIN everyone
