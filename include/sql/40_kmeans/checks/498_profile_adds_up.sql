-- The clusters' customers add up to all customers, their spend to all spend, their shares to 1.
-- Grain: one row.
-- Reads: cluster_profile, customer_scores
-- Params: none
-- Level: fail
-- Of: cluster_profile
WITH clusters AS (
    SELECT
        coalesce(sum(customers), 0) AS customers,
        coalesce(sum(total_monetary), 0) AS monetary,
        coalesce(round(sum(share), 9), 0) AS share
    FROM cluster_profile
),

everyone AS (
    SELECT
        count(*) AS customers,
        coalesce(sum(monetary), 0) AS monetary
    FROM customer_scores
)

SELECT
    clusters.share AS figure,
    clusters.customers = everyone.customers
    AND clusters.monetary = everyone.monetary
    AND (clusters.share = 1 OR everyone.customers = 0) AS passed,
    concat(
        'The clusters have ', clusters.customers, ' of ', everyone.customers, ' customers, ', clusters.monetary, ' of ',
        everyone.monetary, ' spent and shares of ', clusters.share, ' in all; it must be all, all and 1.'
    ) AS message
FROM clusters
CROSS JOIN everyone
