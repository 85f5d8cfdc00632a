-- Each line of the products file became a product or was refused.
-- Grain: one row.
-- Reads: products, figures
-- Params: none
-- Level: fail
-- Of: products
-- Note: a figure is absent where Spark found nothing to measure, so it counts as 0.
WITH counts AS (
    SELECT
        (SELECT count(*) FROM products) AS written,
        coalesce(try_cast(max(value) FILTER (WHERE name = 'product_lines_read') AS BIGINT), 0) AS lines_read,
        coalesce(try_cast(max(value) FILTER (WHERE name = 'product_lines_refused') AS BIGINT), 0) AS refused
    FROM figures
)

SELECT
    lines_read - written - refused AS figure,
    lines_read = written + refused AS passed,
    concat(
        lines_read, ' product lines were read, ', written, ' written and ', refused,
        ' refused; the last two must add up to the first.'
    ) AS message
FROM counts
