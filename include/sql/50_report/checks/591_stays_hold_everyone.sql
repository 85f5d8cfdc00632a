-- The stays that go on hold all customers, and no stay ends before it begins.
-- Grain: one row.
-- Reads: segment_stays, customer_rfm
-- Params: none
-- Level: fail
-- Of: segment_stays
WITH stays AS (
    SELECT
        coalesce(sum(customers) FILTER (WHERE NOT ended), 0) AS customers,
        coalesce(min(months + if(ended, -1, 0)), 0) AS shortest
    FROM segment_stays
),

everyone AS (
    SELECT count(*) AS customers FROM customer_rfm
)

SELECT
    stays.customers AS figure,
    stays.customers = everyone.customers AND stays.shortest >= 0 AS passed,
    concat(
        'Stays in segments hold ', stays.customers, ' of ', everyone.customers, ' customers; it must be all, and no ',
        'stay may end before it begins.'
    ) AS message
FROM stays
CROSS JOIN everyone
