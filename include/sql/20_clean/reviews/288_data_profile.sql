-- The profile of the source before and of the purchases after cleaning, column by column.
-- Grain: one row per table and column.
-- Reads: profile_columns, profile_numbers
-- Params: none
SELECT
    profile_columns.table_name,
    profile_columns.place,
    profile_columns.column_name,
    profile_columns.kind,
    profile_columns.table_rows,
    profile_columns.nulls,
    profile_columns.placeholders,
    coalesce(profile_columns.about_values, profile_numbers.exact_values, 0) AS distinct_values,
    profile_columns.about_values IS NULL AS distinct_is_exact,
    profile_numbers.numbers,
    profile_numbers.minimum,
    profile_numbers.lower_quartile,
    profile_numbers.median,
    profile_numbers.upper_quartile,
    profile_numbers.maximum,
    profile_numbers.mean,
    profile_numbers.deviation,
    profile_columns.first_day,
    profile_columns.last_day
FROM profile_columns
LEFT JOIN profile_numbers
    ON
        profile_columns.table_name = profile_numbers.table_name
        AND profile_columns.column_name = profile_numbers.column_name
