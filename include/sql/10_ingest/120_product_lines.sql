-- The lines of the products file, each with the reason why it is refused, or null.
-- Grain: one row per line of raw_products.
-- Reads: raw_products
-- Params: none
-- Figures: product_lines_read = count(*)
--   product_lines_refused = count_if(refused IS NOT NULL)
-- Note: `details` and `price` arrive as text, whatever their JSON type.
SELECT
    parent_asin,
    title,
    main_category,
    store,
    average_rating,
    rating_number,
    price,
    categories,
    details,
    broken_line,
    file,
    CASE
        WHEN broken_line IS NOT NULL THEN 'not a JSON object with the expected types'
        WHEN coalesce(parent_asin, '') = '' THEN 'no parent_asin'
    END AS refused
FROM raw_products
