-- Few lines are refused: at most 1 in 100.
-- Grain: one row.
-- Reads: figures
-- Params: none
-- Level: warn
-- Of: rejected_rows
WITH counts AS (
    SELECT
        coalesce(
            sum(cast(value AS BIGINT)) FILTER (
                WHERE name IN ('review_lines_read', 'product_lines_read', 'order_lines_read')
            ), 0
        ) AS lines_read,
        coalesce(
            sum(cast(value AS BIGINT)) FILTER (
                WHERE name IN ('review_lines_refused', 'product_lines_refused', 'order_lines_refused')
            ), 0
        ) AS refused
    FROM figures
)

SELECT
    round(refused / greatest(lines_read, 1), 6) AS figure,
    refused * 100 <= lines_read AS passed,
    concat(refused, ' of ', lines_read, ' lines were refused; more than 1 % calls for a look at rejected_rows.')
        AS message
FROM counts
