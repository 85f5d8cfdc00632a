-- The main categories with their products, purchases and spend.
-- Grain: one row per main category; null for products whose category is unknown or that the products file lacks.
-- Reads: known_products, product_counts
-- Params: none
-- Note: spend is purchases times list price, where the price is known, whatever min_price is.
SELECT
    known_products.main_category,
    coalesce(bool_or(known_products.dropped), FALSE) AS dropped,
    count(known_products.parent_asin) AS products,
    count(known_products.price) AS priced_products,
    cast(avg(known_products.price) AS DECIMAL(12, 2)) AS mean_price,
    coalesce(sum(product_counts.purchases), 0) AS purchases,
    coalesce(sum(product_counts.purchases_last_year), 0) AS purchases_last_year,
    cast(coalesce(sum(known_products.price * product_counts.purchases), 0) AS DECIMAL(18, 2)) AS spend,
    cast(coalesce(sum(known_products.price * product_counts.purchases_last_year), 0) AS DECIMAL(18, 2))
        AS spend_last_year
FROM known_products
FULL OUTER JOIN product_counts ON known_products.parent_asin = product_counts.parent_asin
GROUP BY known_products.main_category
