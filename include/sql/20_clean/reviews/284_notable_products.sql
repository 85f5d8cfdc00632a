-- The dearest, the cheapest and the best rated products, ten each.
-- Grain: one row per ranking and place; fewer than ten where there are fewer products.
-- Reads: known_products
-- Params: none
-- Note: dropped products do not count. A price of 0 is no price. The best rated have 1,000 ratings at least; the
--   ranking without the shop's own devices leaves out the main categories `Amazon Devices` and `Buy a Kindle`.
--   Among equals the one with more ratings comes first, then the smaller id.
WITH ranked AS (
    SELECT
        rankings.ranking,
        known_products.parent_asin,
        known_products.product_name,
        known_products.main_category,
        known_products.price,
        known_products.average_rating,
        known_products.rating_number,
        row_number() OVER (
            PARTITION BY rankings.ranking
            ORDER BY rankings.score DESC, known_products.rating_number DESC NULLS LAST, known_products.parent_asin ASC
        ) AS place
    FROM known_products
        LATERAL VIEW stack(
            4,
            'most_expensive', CASE WHEN price > 0 THEN cast(price AS DOUBLE) END,
            'cheapest', CASE WHEN price > 0 THEN -cast(price AS DOUBLE) END,
            'highest_rated', CASE WHEN rating_number >= 1000 THEN average_rating END,
            'highest_rated_without_own', CASE
                WHEN
                    rating_number >= 1000
                    AND coalesce(main_category, '') NOT IN ('Amazon Devices', 'Buy a Kindle')
                    THEN average_rating
            END
        ) rankings AS ranking, score
    WHERE NOT known_products.dropped AND rankings.score IS NOT NULL
)

SELECT
    ranking,
    cast(place AS INT) AS place,
    parent_asin,
    product_name,
    main_category,
    price,
    average_rating,
    rating_number
FROM ranked
WHERE place <= 10
