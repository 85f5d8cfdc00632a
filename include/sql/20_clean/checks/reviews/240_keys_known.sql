-- Each purchase has a customer and a time, and lies in the month of that time.
-- Grain: one row.
-- Reads: purchases
-- Params: none
-- Level: fail
-- Of: purchases
SELECT
    figure,
    figure = 0 AS passed,
    concat(figure, ' rows lack a customer or a time, or lie in the wrong month; none may.')
        AS message
FROM (
    SELECT
        count_if(
            user_id IS NULL
            OR purchased_at IS NULL
            OR NOT purchase_month <=> cast(trunc(purchased_at, 'MONTH') AS DATE)
        ) AS figure
    FROM purchases
) AS counts
