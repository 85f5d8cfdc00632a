-- The pairs of segment and cluster hold all customers.
-- Grain: one row.
-- Reads: segment_cluster, customer_segments
-- Params: none
-- Level: fail
-- Of: segment_cluster
SELECT
    figure,
    figure = customers AS passed,
    concat(figure, ' of ', customers, ' customers are in a segment and a cluster; it must be all.') AS message
FROM (
    SELECT
        (SELECT coalesce(sum(customers), 0) FROM segment_cluster) AS figure,
        (SELECT count(*) FROM customer_segments) AS customers
) AS counts
