-- How far to trust the clusters: how well they are separated, and how stable they are.
-- Grain: one row per measure of all clusters, and per measure and cluster.
-- Reads: fitted_quality, kmeans_model
-- Params: none
SELECT
    fitted_quality.measure,
    fitted_quality.cluster,
    kmeans_model.label,
    fitted_quality.value
FROM fitted_quality
LEFT JOIN kmeans_model ON fitted_quality.cluster = kmeans_model.cluster
