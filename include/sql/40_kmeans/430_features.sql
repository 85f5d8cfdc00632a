-- The standardised features of each customer.
-- Grain: one row per customer.
-- Reads: feature_values, feature_scale
-- Params: none
-- Note: rounded to whole millionths, in which the search adds up exactly; so equal customers have equal features on
--   every machine.
SELECT
    feature_values.user_id,
    feature_values.recency_days,
    feature_values.frequency,
    feature_values.monetary,
    coalesce(
        round(
            try_divide(
                feature_values.recency_value - feature_scale.recency_mean,
                feature_scale.recency_deviation
            ), 6
        ), 0D
    ) AS recency_scaled,
    coalesce(
        round(
            try_divide(
                feature_values.frequency_value / 1e7D - feature_scale.frequency_log_mean,
                feature_scale.frequency_log_deviation
            ), 6
        ), 0D
    ) AS frequency_scaled,
    coalesce(
        round(
            try_divide(
                feature_values.monetary_value / 1e7D - feature_scale.monetary_log_mean,
                feature_scale.monetary_log_deviation
            ), 6
        ), 0D
    ) AS monetary_scaled
FROM feature_values
CROSS JOIN feature_scale
