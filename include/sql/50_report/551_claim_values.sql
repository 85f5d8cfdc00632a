-- What the customers of each segment, and all together, come to in each measure.
-- Grain: one row per segment and measure, and one per measure for all.
-- Reads: claim_counts
-- Params: none
-- Cache: the bounds and the claims read it, the claims twice
-- Note: total and median are in hundredths, the median twice, because it may lie between two of them. Two
--   SELECTs and no GROUPING SETS, which Spark does not find in its cache again.
SELECT
    FALSE AS is_all,
    segment,
    measure,
    sum(customers) AS customers,
    sum(cast(hundredths AS DECIMAL(18, 0)) * customers) AS total,
    cast(2 * percentile(hundredths, 0.5D, customers) AS BIGINT) AS median_twice
FROM claim_counts
GROUP BY segment, measure
UNION ALL
SELECT
    TRUE AS is_all,
    cast(NULL AS STRING) AS segment,
    measure,
    sum(customers) AS customers,
    sum(cast(hundredths AS DECIMAL(18, 0)) * customers) AS total,
    cast(2 * percentile(hundredths, 0.5D, customers) AS BIGINT) AS median_twice
FROM claim_counts
GROUP BY measure
