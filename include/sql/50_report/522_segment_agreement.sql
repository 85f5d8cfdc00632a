-- How alike the clusters and the RFM segments are: the adjusted Rand index (Hubert and Arabie, 1985).
-- Grain: one row.
-- Reads: customer_clusters, customer_segments
-- Params: none
-- Note: pairs of customers who are together in both, less what chance gives, as a share of the most that could be.
--   1: the same groups; 0: no more alike than chance. Pairs are whole numbers, so the counts are exact.
WITH sizes AS (
    SELECT
        grouping_id() AS left_out,
        cast(count(*) AS DECIMAL(19, 0)) AS customers
    FROM customer_segments
    INNER JOIN customer_clusters ON customer_segments.user_id = customer_clusters.user_id
    GROUP BY GROUPING SETS (
        (customer_segments.segment, customer_clusters.cluster),
        (customer_segments.segment),
        (customer_clusters.cluster),
        ()
    )
),

pairs AS (
    SELECT
        cast(sum(customers * (customers - 1)) FILTER (WHERE left_out = 0) AS DOUBLE) / 2 AS in_both,
        cast(sum(customers * (customers - 1)) FILTER (WHERE left_out = 1) AS DOUBLE) / 2 AS in_segments,
        cast(sum(customers * (customers - 1)) FILTER (WHERE left_out = 2) AS DOUBLE) / 2 AS in_clusters,
        cast(sum(customers * (customers - 1)) FILTER (WHERE left_out = 3) AS DOUBLE) / 2 AS in_all
    FROM sizes
),

shares AS (
    SELECT
        in_both,
        (in_segments + in_clusters) / 2 AS most,
        coalesce(try_divide(in_segments * in_clusters, in_all), 0D) AS by_chance
    FROM pairs
)

SELECT
    -- Two groupings of one group each, or of groups of one, are the same.
    round(CASE WHEN most = by_chance THEN 1D ELSE (in_both - by_chance) / (most - by_chance) END, 4)
        AS adjusted_rand_index
FROM shares
