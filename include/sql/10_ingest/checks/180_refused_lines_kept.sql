-- Each refused line is in rejected_rows.
-- Grain: one row.
-- Reads: rejected_rows, figures
-- Params: none
-- Level: fail
-- Of: rejected_rows
-- Note: a figure is absent where Spark found nothing to measure, so it counts as 0.
WITH counts AS (
    SELECT
        (SELECT count(*) FROM rejected_rows) AS written,
        coalesce(
            sum(try_cast(value AS BIGINT)) FILTER (
                WHERE name IN ('review_lines_refused', 'product_lines_refused', 'order_lines_refused')
            ), 0
        ) AS refused
    FROM figures
)

SELECT
    refused - written AS figure,
    refused = written AS passed,
    concat(refused, ' lines were refused and ', written, ' are in rejected_rows; the two must be equal.') AS message
FROM counts
