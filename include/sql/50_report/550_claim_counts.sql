-- How many customers of each segment have each value that claims are about.
-- Grain: one row per segment, measure and distinct value.
-- Reads: customer_segments
-- Params: none
-- Cache: the values, the bounds and the claims read it
-- Note: values are in hundredths, so that the arithmetic on them is exact. How often a customer bought is the number of
--   orders, or the frequency where that is less: two lines of one order are no second purchase, two orders on one day
--   are none where days count.
WITH measured AS (
    SELECT
        segment,
        stack(
            3,
            'bought', least(frequency, orders) * 100,
            'spend', cast(monetary * 100 AS BIGINT),
            'recency', cast(recency_days AS BIGINT) * 100
        ) AS (measure, hundredths)
    FROM customer_segments
)

SELECT
    segment,
    measure,
    hundredths,
    count(*) AS customers
FROM measured
GROUP BY segment, measure, hundredths
