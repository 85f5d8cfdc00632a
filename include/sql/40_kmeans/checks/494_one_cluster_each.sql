-- Each customer is in one cluster.
-- Grain: one row.
-- Reads: customer_clusters, customer_scores
-- Params: none
-- Level: fail
-- Of: customer_clusters
WITH placed AS (
    SELECT
        count(*) AS places,
        count(DISTINCT user_id) AS customers,
        count_if(cluster IS NULL OR cluster_label IS NULL) AS unplaced
    FROM customer_clusters
),

everyone AS (
    SELECT count(*) AS customers
    FROM customer_scores
)

SELECT
    placed.customers AS figure,
    placed.places = placed.customers AND placed.customers = everyone.customers AND placed.unplaced = 0 AS passed,
    concat(
        placed.customers, ' of ', everyone.customers, ' customers are in a cluster, ',
        placed.places - placed.customers, ' more than once, ', placed.unplaced,
        ' in an unknown one; it must be all, 0 and 0.'
    ) AS message
FROM placed
CROSS JOIN everyone
