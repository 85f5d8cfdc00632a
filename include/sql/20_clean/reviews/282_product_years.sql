-- How often each product was bought in each year, so that a month need not read all purchases again.
-- Grain: one row per product and calendar year (UTC) with a purchase.
-- Reads: purchases
-- Params: none
SELECT
    parent_asin,
    year(purchase_month) AS purchase_year,
    count(*) AS purchases,
    count_if(rating = 5) AS five_star_purchases
FROM purchases
GROUP BY parent_asin, year(purchase_month)
