-- Some customers to draw as points, without their ids.
-- Grain: one row per drawn customer, 1,000 at most.
-- Reads: customer_rfm, customer_clusters
-- Params: none
-- Note: drawn by the hash of the id, so that the sample is fair and the same in every run.
SELECT
    customer_clusters.cluster,
    customer_clusters.cluster_label,
    customer_rfm.recency_days,
    customer_rfm.frequency,
    customer_rfm.monetary
FROM customer_rfm
INNER JOIN customer_clusters ON customer_rfm.user_id = customer_clusters.user_id
ORDER BY xxhash64(customer_rfm.user_id), customer_rfm.user_id
LIMIT 1000
