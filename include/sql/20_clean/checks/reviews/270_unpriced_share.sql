-- The share of purchases whose price is not known, 0 to 1. They count for nothing later.
-- Grain: one row.
-- Reads: purchases
-- Params: none
-- Limit: unpriced_share
-- Of: purchases
WITH counts AS (
    SELECT
        count(*) AS purchases,
        count_if(price IS NULL) AS without_price
    FROM purchases
)

SELECT
    round(without_price / greatest(purchases, 1), 6) AS figure,
    concat(without_price, ' of ', purchases, ' rows have no price and count for nothing') AS message
FROM counts
