-- The three features of each customer before scaling, as whole numbers.
-- Grain: one row per customer.
-- Reads: customer_scores
-- Params: none
-- Cache: the scale and the features both read it
-- Note: logarithms are kept in units of 1e-7. Sums of whole numbers are exact, so the scale below does not
--   depend on the order of the rows.
SELECT
    user_id,
    recency_days,
    frequency,
    monetary,
    cast(recency_days AS BIGINT) AS recency_value,
    cast(round(log1p(frequency) * 1e7D) AS BIGINT) AS frequency_value,
    cast(round(log1p(cast(monetary AS DOUBLE)) * 1e7D) AS BIGINT) AS monetary_value
FROM customer_scores
