-- How often each product was bought before the as-of date, and in the last year before it.
-- Grain: one row per product with a purchase.
-- Reads: product_years, purchases
-- Params: as_of date: only what lies before this day (UTC) counts; the last year is the 12 months before it
-- Cache: the rankings and the categories both read it
-- Note: the years before that of the as-of date come from product_years, so that only the folders of the last year are
--   read.
WITH counts AS (
    SELECT
        parent_asin,
        purchases,
        five_star_purchases,
        0 AS purchases_last_year,
        0 AS five_star_last_year
    FROM product_years
    WHERE purchase_year < year(:as_of)
    UNION ALL
    SELECT
        parent_asin,
        count_if(year(purchased_at) = year(:as_of)) AS purchases,
        count_if(year(purchased_at) = year(:as_of) AND rating = 5) AS five_star_purchases,
        count(*) AS purchases_last_year,
        count_if(rating = 5) AS five_star_last_year
    FROM purchases
    WHERE
        purchase_month >= trunc(add_months(:as_of, -12), 'MONTH')
        AND purchase_month < :as_of
        AND purchased_at >= add_months(:as_of, -12)
        AND purchased_at < :as_of
    GROUP BY parent_asin
)

SELECT
    parent_asin,
    sum(purchases) AS purchases,
    sum(five_star_purchases) AS five_star_purchases,
    sum(purchases_last_year) AS purchases_last_year,
    sum(five_star_last_year) AS five_star_last_year
FROM counts
GROUP BY parent_asin
