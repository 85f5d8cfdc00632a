-- The chosen clusters: ids, labels, centroids in scaled and in original units, and the scaler.
-- Grain: one row per cluster.
-- Reads: fitted_centroids, feature_scale
-- Params: none
-- Note: ids follow the centroids (most recent first, then most frequent, then biggest spend), and a label says
--   on which side of the average a centroid lies; so a refit that finds the same clusters names them the same.
--   Clusters that would share a label are numbered.
WITH described AS (
    SELECT
        row_number() OVER (ORDER BY recency_scaled ASC, frequency_scaled DESC, monetary_scaled DESC) - 1 AS cluster,
        concat(
            CASE WHEN recency_scaled <= 0 THEN 'Recent' ELSE 'Lapsed' END,
            CASE WHEN frequency_scaled > 0 THEN ' frequent' ELSE ' occasional' END,
            CASE WHEN monetary_scaled > 0 THEN ' big spenders' ELSE ' small spenders' END
        ) AS description,
        recency_scaled,
        frequency_scaled,
        monetary_scaled
    FROM fitted_centroids
),

labelled AS (
    SELECT
        cluster,
        description || CASE
            WHEN count(*) OVER (PARTITION BY description) = 1 THEN ''
            ELSE concat(' ', row_number() OVER (PARTITION BY description ORDER BY cluster))
        END AS label,
        recency_scaled,
        frequency_scaled,
        monetary_scaled
    FROM described
)

SELECT
    labelled.cluster,
    labelled.label,
    labelled.recency_scaled,
    labelled.frequency_scaled,
    labelled.monetary_scaled,
    round(labelled.recency_scaled * scale.recency_deviation + scale.recency_mean, 4) AS recency_days,
    round(expm1(labelled.frequency_scaled * scale.frequency_log_deviation + scale.frequency_log_mean), 4)
        AS frequency,
    round(expm1(labelled.monetary_scaled * scale.monetary_log_deviation + scale.monetary_log_mean), 4)
        AS monetary,
    scale.recency_mean,
    scale.recency_deviation,
    scale.frequency_log_mean,
    scale.frequency_log_deviation,
    scale.monetary_log_mean,
    scale.monetary_log_deviation
FROM labelled
CROSS JOIN feature_scale AS scale
