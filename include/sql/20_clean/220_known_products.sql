-- The products, cleaned: placeholders are null, the price is a number or null.
-- Grain: one row per parent_asin.
-- Reads: products
-- Params: excluded_categories array<string>: products of these main categories are marked as dropped
--   keep_unknown_category boolean: whether products without a main category stay
-- Figures: products_without_price = count_if(price IS NULL)
--   products_with_odd_price = count_if(price IS NULL AND price_text IS NOT NULL)
--   products_with_price_zero = count_if(price = 0)
--   products_dropped = count_if(dropped)
-- Note: the source has one line per product. Should a product come twice, the first line in the order of all
--   its columns counts, known values before unknown ones, so that the choice does not depend on the file's order.
WITH mended AS (
    SELECT
        parent_asin,
        CASE WHEN title NOT IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '') THEN title END AS product_name,
        CASE
            WHEN main_category NOT IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '') THEN main_category
        END AS main_category,
        CASE
            WHEN price_text NOT IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '') THEN price_text
        END AS price_text,
        try_cast(price_text AS DECIMAL(12, 2)) AS price,
        average_rating,
        rating_number
    FROM products
),

ranked AS (
    SELECT
        parent_asin,
        product_name,
        main_category,
        price_text,
        price,
        average_rating,
        rating_number,
        row_number() OVER (
            PARTITION BY parent_asin
            ORDER BY
                product_name ASC NULLS LAST,
                main_category ASC NULLS LAST,
                price ASC NULLS LAST,
                price_text ASC NULLS LAST,
                average_rating ASC NULLS LAST,
                rating_number ASC NULLS LAST
        ) AS place
    FROM mended
)

SELECT
    parent_asin,
    product_name,
    main_category,
    price_text,
    price,
    average_rating,
    rating_number,
    CASE
        WHEN main_category IS NULL THEN NOT :keep_unknown_category
        ELSE array_contains(cast(:excluded_categories AS ARRAY<STRING>), main_category)
    END AS dropped
FROM ranked
WHERE place = 1
