-- The products, typed. The price stays a text: it may read `from 34.68` or hold a dash.
-- Grain: one row per accepted line of the products file.
-- Reads: product_lines
-- Params: none
SELECT
    parent_asin,
    title,
    main_category,
    store,
    average_rating,
    rating_number,
    price AS price_text,
    categories,
    details
FROM product_lines
WHERE refused IS NULL
