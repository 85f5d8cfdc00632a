-- The share of lines that are refused, 0 to 1.
-- Grain: one row.
-- Reads: figures
-- Params: none
-- Limit: rejected_share
-- Of: rejected_rows
-- Note: of order lines only those count that are judged: not those that only and except leave out, nor the further
--   rows of an order whose amount stands on its first.
WITH counts AS (
    SELECT
        coalesce(
            sum(try_cast(value AS BIGINT)) FILTER (
                WHERE name IN ('review_lines_read', 'product_lines_read', 'order_lines_judged')
            ), 0
        ) AS lines_read,
        coalesce(
            sum(try_cast(value AS BIGINT)) FILTER (
                WHERE name IN ('review_lines_refused', 'product_lines_refused', 'order_lines_refused')
            ), 0
        ) AS refused
    FROM figures
)

SELECT
    round(refused / greatest(lines_read, 1), 6) AS figure,
    concat(refused, ' of ', lines_read, ' lines were refused; rejected_rows has them with the reasons') AS message
FROM counts
