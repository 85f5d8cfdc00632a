-- Each line of the order files became an order line or was refused.
-- Grain: one row.
-- Reads: orders, figures
-- Params: none
-- Level: fail
-- Of: orders
-- Note: a figure is absent where Spark found nothing to measure, so it counts as 0.
WITH counts AS (
    SELECT
        (SELECT count(*) FROM orders) AS written,
        coalesce(cast(max(value) FILTER (WHERE name = 'order_lines_read') AS BIGINT), 0) AS lines_read,
        coalesce(cast(max(value) FILTER (WHERE name = 'order_lines_refused') AS BIGINT), 0) AS refused
    FROM figures
)

SELECT
    lines_read - written - refused AS figure,
    lines_read = written + refused AS passed,
    concat(
        lines_read, ' order lines were read, ', written, ' written and ', refused,
        ' refused; the last two must add up to the first.'
    ) AS message
FROM counts
