-- Each row of the customer files became a customer, was skipped or was refused.
-- Grain: one row.
-- Reads: given_customers, figures
-- Params: none
-- Level: fail
-- Of: given_customers
-- Note: a figure is absent where Spark found nothing to measure, so it counts as 0.
WITH counts AS (
    SELECT
        (SELECT count(*) FROM given_customers) AS written,
        coalesce(try_cast(max(value) FILTER (WHERE name = 'order_lines_read') AS BIGINT), 0) AS lines_read,
        coalesce(try_cast(max(value) FILTER (WHERE name = 'order_lines_refused') AS BIGINT), 0) AS refused,
        coalesce(
            sum(try_cast(value AS BIGINT)) FILTER (WHERE name IN ('order_lines_filtered', 'order_lines_repeated')), 0
        ) AS skipped
    FROM figures
)

SELECT
    lines_read - written - refused - skipped AS figure,
    lines_read = written + refused + skipped AS passed,
    concat(
        lines_read, ' rows of customers were read, ', written, ' written, ', skipped, ' skipped and ', refused,
        ' refused; the last three must add up to the first.'
    ) AS message
FROM counts
