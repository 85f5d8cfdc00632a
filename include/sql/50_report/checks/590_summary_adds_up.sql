-- The segments' customers add up to all customers, and their spend to all spend, to the cent.
-- Grain: one row.
-- Reads: segment_summary, customer_segments
-- Params: none
-- Level: fail
-- Of: segment_summary
WITH segments AS (
    SELECT
        coalesce(sum(customers), 0) AS customers,
        coalesce(sum(total_monetary), 0) AS monetary
    FROM segment_summary
),

everyone AS (
    SELECT
        count(*) AS customers,
        coalesce(sum(monetary), 0) AS monetary
    FROM customer_segments
)

SELECT
    segments.monetary AS figure,
    segments.customers = everyone.customers AND segments.monetary = everyone.monetary AS passed,
    concat(
        'The segments have ', segments.customers, ' of ', everyone.customers, ' customers and ', segments.monetary,
        ' of ', everyone.monetary, ' spent; it must be all of both.'
    ) AS message
FROM segments
CROSS JOIN everyone
