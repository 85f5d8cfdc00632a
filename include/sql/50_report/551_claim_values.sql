-- What the customers of each segment, and all together, come to in each measure.
-- Grain: one row per segment and measure, and one per measure for all.
-- Reads: claim_counts
-- Params: none
-- Note: total and median are in hundredths, the median twice, because it may lie between two of them.
SELECT
    grouping(segment) = 1 AS is_all,
    segment,
    measure,
    sum(customers) AS customers,
    sum(cast(hundredths AS DECIMAL(18, 0)) * customers) AS total,
    cast(2 * percentile(hundredths, 0.5D, customers) AS BIGINT) AS median_twice
FROM claim_counts
GROUP BY GROUPING SETS ((segment, measure), (measure))
