-- How the segments and the clusters overlap.
-- Grain: one row per segment and cluster that share a customer.
-- Reads: customer_rfm, customer_clusters
-- Params: none
SELECT
    customer_rfm.segment,
    customer_clusters.cluster_label,
    count(*) AS customers
FROM customer_rfm
INNER JOIN customer_clusters ON customer_rfm.user_id = customer_clusters.user_id
GROUP BY customer_rfm.segment, customer_clusters.cluster_label
