-- How the segments and the clusters overlap.
-- Grain: one row per segment and cluster that share a customer.
-- Reads: customer_segments, customer_clusters
-- Params: none
SELECT
    customer_segments.segment,
    customer_clusters.cluster_label,
    count(*) AS customers
FROM customer_segments
INNER JOIN customer_clusters ON customer_segments.user_id = customer_clusters.user_id
GROUP BY customer_segments.segment, customer_clusters.cluster_label
