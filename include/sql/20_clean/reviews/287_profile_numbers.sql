-- Range, mean, deviation and quartiles of the columns that hold numbers.
-- Grain: one row per table and column with a number.
-- Reads: profile_values
-- Params: none
-- Note: the sums are exact decimals, so the order of the rows has no say. The deviation is that of a sample (n - 1),
--   null for one row and where the squares are too large. The quartiles are interpolated (type 7).
WITH sums AS (
    SELECT
        table_name,
        column_name,
        count(*) AS exact_values,
        sum(times) AS numbers,
        min(value) AS minimum,
        max(value) AS maximum,
        percentile(value, array(0.25, 0.5, 0.75), times) AS quartiles,
        try_sum(try_multiply(value, cast(times AS DECIMAL(18, 0)))) AS total,
        try_sum(try_multiply(try_multiply(value, value), cast(times AS DECIMAL(18, 0)))) AS squares
    FROM profile_values
    GROUP BY table_name, column_name
),

spreads AS (
    SELECT
        table_name,
        column_name,
        exact_values,
        numbers,
        minimum,
        maximum,
        quartiles,
        total,
        try_subtract(try_multiply(squares, cast(numbers AS DECIMAL(18, 0))), try_multiply(total, total)) AS spread
    FROM sums
)

SELECT
    table_name,
    column_name,
    exact_values,
    numbers,
    minimum,
    cast(quartiles[0] AS DECIMAL(20, 6)) AS lower_quartile,
    cast(quartiles[1] AS DECIMAL(20, 6)) AS median,
    cast(quartiles[2] AS DECIMAL(20, 6)) AS upper_quartile,
    maximum,
    cast(try_divide(total, numbers) AS DECIMAL(20, 6)) AS mean,
    round(sqrt(cast(CASE WHEN spread < 0 THEN 0 ELSE spread END AS DOUBLE) / numbers / nullif(numbers - 1, 0)), 6)
        AS deviation
FROM spreads
