-- No cluster of the model is empty.
-- Grain: one row.
-- Reads: cluster_profile, kmeans_model
-- Params: none
-- Level: warn
-- Of: cluster_profile
SELECT
    figure,
    figure = 0 AS passed,
    concat(figure, ' clusters of the model have no customers; none should.') AS message
FROM (
    SELECT count_if(coalesce(cluster_profile.customers, 0) = 0) AS figure
    FROM kmeans_model
    LEFT JOIN cluster_profile ON kmeans_model.cluster = cluster_profile.cluster
) AS counts
