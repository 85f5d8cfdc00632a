-- The most popular products: by purchases and by purchases with five stars, of the last year and of all time.
-- Grain: one row per ranking and place, 20 places each; fewer where fewer products were bought.
-- Reads: product_counts, known_products
-- Params: none
-- Note: among equals the smaller id comes first.
WITH ranked AS (
    SELECT
        rankings.ranking,
        product_counts.parent_asin,
        rankings.times,
        row_number() OVER (
            PARTITION BY rankings.ranking
            ORDER BY rankings.times DESC, product_counts.parent_asin ASC
        ) AS place
    FROM product_counts
        LATERAL VIEW stack(
            4,
            'purchases_last_year', purchases_last_year,
            'purchases_all_time', purchases,
            'five_star_last_year', five_star_last_year,
            'five_star_all_time', five_star_purchases
        ) rankings AS ranking, times
    WHERE rankings.times > 0
),

best AS (
    SELECT
        ranking,
        parent_asin,
        times,
        place
    FROM ranked
    WHERE place <= 20
)

SELECT
    best.ranking,
    cast(best.place AS INT) AS place,
    best.parent_asin,
    known_products.product_name,
    known_products.main_category,
    known_products.price,
    best.times AS purchases
FROM best
LEFT JOIN known_products ON best.parent_asin = known_products.parent_asin
