-- How far to trust the clusters: how well they are separated, how stable they are, how like the segments.
-- Grain: one row per measure of all clusters, and per measure and cluster.
-- Reads: fitted_quality, cluster_agreement, kmeans_model
-- Params: none
SELECT
    fitted_quality.measure,
    fitted_quality.cluster,
    kmeans_model.label,
    fitted_quality.value
FROM fitted_quality
LEFT JOIN kmeans_model ON fitted_quality.cluster = kmeans_model.cluster
UNION ALL
SELECT
    'segment_agreement' AS measure,
    cast(NULL AS INT) AS cluster,
    cast(NULL AS STRING) AS label,
    segment_agreement AS value
FROM cluster_agreement
