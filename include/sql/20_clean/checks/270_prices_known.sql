-- Most purchases have a price: at most 8 in 10 lack one.
-- Grain: one row.
-- Reads: purchases
-- Params: none
-- Level: warn
-- Of: purchases
WITH counts AS (
    SELECT
        count(*) AS purchases,
        count_if(price IS NULL) AS without_price
    FROM purchases
)

SELECT
    round(without_price / greatest(purchases, 1), 6) AS figure,
    without_price * 10 <= purchases * 8 AS passed,
    concat(without_price, ' of ', purchases, ' purchases have no price and count for nothing; more than 80 % is odd.')
        AS message
FROM counts
