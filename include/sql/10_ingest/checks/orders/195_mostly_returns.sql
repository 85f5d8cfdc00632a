-- Most lines are no returns.
-- Grain: one row.
-- Reads: orders
-- Params: none
-- Level: warn
-- Of: orders
WITH counts AS (
    SELECT
        count(*) AS lines,
        count_if(is_return) AS returned
    FROM orders
)

SELECT
    returned AS figure,
    returned = 0 OR 2 * returned < lines AS passed,
    concat(
        returned, ' of ', lines, ' lines are returns by the mapping',
        CASE
            WHEN returned > 0 AND 2 * returned >= lines
                THEN ': look at returns, since returns.order_prefix may be what every order begins with.'
            ELSE '.'
        END
    ) AS message
FROM counts
