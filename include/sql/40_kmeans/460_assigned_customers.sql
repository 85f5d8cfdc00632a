-- Each customer with the nearest centroid.
-- Grain: one row per customer.
-- Reads: features, kmeans_model
-- Params: none
-- Cache: the list, the profile and the agreement all read it
-- Note: squared Euclidean distance to the published (rounded) centroids; the smaller id wins a tie.
WITH model AS (
    SELECT collect_list(struct(cluster, label, recency_scaled, frequency_scaled, monetary_scaled)) AS centroids
    FROM kmeans_model
),

placed AS (
    SELECT /*+ BROADCAST(model) */ -- noqa: CP03
        features.user_id,
        features.recency_days,
        features.frequency,
        features.monetary,
        array_min(
            transform(
                model.centroids,
                centroid -> named_struct( -- noqa: CP01
                    'distance',
                    power(features.recency_scaled - centroid.recency_scaled, 2)
                    + power(features.frequency_scaled - centroid.frequency_scaled, 2)
                    + power(features.monetary_scaled - centroid.monetary_scaled, 2),
                    'cluster',
                    centroid.cluster,
                    'label',
                    centroid.label
                )
            )
        ) AS nearest
    FROM features
    CROSS JOIN model
)

SELECT
    user_id,
    recency_days,
    frequency,
    monetary,
    nearest.cluster,
    nearest.label
FROM placed
