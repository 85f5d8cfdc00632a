-- Some customers to draw as points, without their ids.
-- Grain: one row per drawn customer, 1,000 at most.
-- Reads: customer_segments, customer_clusters
-- Params: none
-- Note: drawn by the hash of the id, so that the sample is fair and the same in every run.
SELECT
    customer_clusters.cluster,
    customer_clusters.cluster_label,
    customer_segments.recency_days,
    customer_segments.frequency,
    customer_segments.monetary
FROM customer_segments
INNER JOIN customer_clusters ON customer_segments.user_id = customer_clusters.user_id
ORDER BY xxhash64(customer_segments.user_id), customer_segments.user_id
LIMIT 1000
