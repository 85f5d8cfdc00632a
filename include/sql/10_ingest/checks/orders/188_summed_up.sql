-- The lines are orders, and not customers that are summed up already.
-- Grain: one row.
-- Reads: order_customers, figures
-- Params: none
-- Level: warn
-- Of: orders
WITH counts AS (
    SELECT
        coalesce((SELECT sum(lines) FROM order_customers), 0) AS lines,
        (SELECT count(*) FROM order_customers) AS customers,
        (
            SELECT max(value) FROM figures
            WHERE name = 'summed_columns' AND value <> ''
        ) AS columns_named
)

SELECT
    customers AS figure,
    lines < 5 OR lines <> customers OR columns_named IS NULL AS passed,
    CASE
        WHEN lines >= 5 AND lines = customers AND columns_named IS NOT NULL
            THEN concat(
                'each of the ', lines, ' customers has one line, and there is a column ', columns_named,
                ': if each line is a customer already summed up, say level: customer in the mapping.'
            )
        ELSE concat(lines, ' lines of ', customers, ' customers.')
    END AS message
FROM counts
