-- Last month's customers in this month's clusters: the nearest centroid of their values of then.
-- Grain: one row per customer of the month before.
-- Reads: previous_customer_scores, kmeans_model
-- Params: none
-- Note: this month's scaler and centroids, so that a difference is the customer's and not the model's. Logarithms and
--   scaled values are rounded as those of this month are; the smaller id wins a tie.
WITH model AS (
    SELECT
        collect_list(struct(cluster, label, recency_scaled, frequency_scaled, monetary_scaled)) AS centroids,
        max(recency_mean) AS recency_mean,
        max(recency_deviation) AS recency_deviation,
        max(frequency_log_mean) AS frequency_mean,
        max(frequency_log_deviation) AS frequency_deviation,
        max(monetary_log_mean) AS monetary_mean,
        max(monetary_log_deviation) AS monetary_deviation
    FROM kmeans_model
),

scaled AS (
    SELECT /*+ BROADCAST(model) */ -- noqa: CP03
        before.user_id,
        before.monetary,
        model.centroids,
        coalesce(round(try_divide(before.recency_days - model.recency_mean, model.recency_deviation), 6), 0D)
            AS recency,
        coalesce(
            round(
                try_divide(round(log1p(before.frequency), 7) - model.frequency_mean, model.frequency_deviation), 6
            ), 0D
        ) AS frequency,
        coalesce(
            round(
                try_divide(
                    round(log1p(cast(before.monetary AS DOUBLE)), 7) - model.monetary_mean, model.monetary_deviation
                ), 6
            ), 0D
        ) AS monetary_value
    FROM previous_customer_scores AS before
    CROSS JOIN model
),

placed AS (
    SELECT
        user_id,
        monetary,
        array_min(
            transform(
                centroids,
                centroid -> named_struct( -- noqa: CP01
                    'distance',
                    power(recency - centroid.recency_scaled, 2)
                    + power(frequency - centroid.frequency_scaled, 2)
                    + power(monetary_value - centroid.monetary_scaled, 2),
                    'cluster',
                    centroid.cluster,
                    'label',
                    centroid.label
                )
            )
        ) AS nearest
    FROM scaled
)

SELECT
    user_id,
    monetary,
    nearest.label
FROM placed
