-- Mean and sample standard deviation of each feature, to standardise with.
-- Grain: one row.
-- Reads: feature_values
-- Params: none
-- Cache: the features and the model both read it
-- Note: variance = (n * sum(x^2) - sum(x)^2) / (n * (n - 1)), from exact sums. Where all values are equal the
--   deviation is 0, and the scaled feature is 0 for everyone.
WITH sums AS (
    SELECT
        cast(count(*) AS DECIMAL(38, 0)) AS n,
        cast(sum(recency_value) AS DECIMAL(38, 0)) AS recency_sum,
        cast(sum(frequency_value) AS DECIMAL(38, 0)) AS frequency_sum,
        cast(sum(monetary_value) AS DECIMAL(38, 0)) AS monetary_sum,
        cast(sum(cast(recency_value * recency_value AS DECIMAL(28, 0))) AS DECIMAL(38, 0)) AS recency_squares,
        cast(sum(cast(frequency_value * frequency_value AS DECIMAL(28, 0))) AS DECIMAL(38, 0)) AS frequency_squares,
        cast(sum(cast(monetary_value * monetary_value AS DECIMAL(28, 0))) AS DECIMAL(38, 0)) AS monetary_squares
    FROM feature_values
),

spreads AS (
    SELECT
        cast(n AS DOUBLE) AS n,
        cast(recency_sum AS DOUBLE) AS recency_sum,
        cast(frequency_sum AS DOUBLE) AS frequency_sum,
        cast(monetary_sum AS DOUBLE) AS monetary_sum,
        cast(n * recency_squares - recency_sum * recency_sum AS DOUBLE) AS recency_spread,
        cast(n * frequency_squares - frequency_sum * frequency_sum AS DOUBLE) AS frequency_spread,
        cast(n * monetary_squares - monetary_sum * monetary_sum AS DOUBLE) AS monetary_spread,
        cast(greatest(n * (n - 1), 1) AS DOUBLE) AS pairs
    FROM sums
)

SELECT
    recency_sum / n AS recency_mean,
    sqrt(recency_spread / pairs) AS recency_deviation,
    frequency_sum / n / 1e7D AS frequency_log_mean,
    sqrt(frequency_spread / pairs) / 1e7D AS frequency_log_deviation,
    monetary_sum / n / 1e7D AS monetary_log_mean,
    sqrt(monetary_spread / pairs) / 1e7D AS monetary_log_deviation
FROM spreads
