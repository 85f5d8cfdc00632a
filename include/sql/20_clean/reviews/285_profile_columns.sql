-- What each column holds: rows, nulls, placeholders, about how many values, first and last day.
-- Grain: one row per table and column.
-- Reads: reviews, products, purchases
-- Params: none
-- Note: the number of values is an estimate (HyperLogLog, standard error below 2 %). An exact count would send tens of
--   millions of long texts over the network. Numbers are counted exactly in profile_numbers. A sketch that has seen
--   its values one by one estimates by their order, too; a union of two does not. So the union of each sketch with
--   itself is asked. Placeholders are not counted in reviews: there, `None` may be meant. Each table is summed up in
--   one row, which then becomes a row per column: a row per cell would be ten times the work. Hashes are made apart,
--   because there they are compiled.
WITH reviews_hashed AS (
    SELECT
        *,
        CASE WHEN title IS NOT NULL THEN xxhash64(title) END AS title_hash,
        CASE WHEN text IS NOT NULL THEN xxhash64(text) END AS text_hash,
        CASE WHEN asin IS NOT NULL THEN xxhash64(asin) END AS asin_hash,
        CASE WHEN parent_asin IS NOT NULL THEN xxhash64(parent_asin) END AS parent_asin_hash,
        CASE WHEN user_id IS NOT NULL THEN xxhash64(user_id) END AS user_id_hash,
        CASE WHEN reviewed_at IS NOT NULL THEN xxhash64(reviewed_at) END AS reviewed_at_hash
    FROM reviews
),

reviews_in_all AS (
    SELECT
        count(*) AS table_rows,
        count(rating) AS rating,
        count(title) AS title,
        count(text) AS text,
        count(asin) AS asin,
        count(parent_asin) AS parent_asin,
        count(user_id) AS user_id,
        count(reviewed_at) AS reviewed_at,
        count(helpful_vote) AS helpful_vote,
        count(verified_purchase) AS verified_purchase,
        hll_sketch_agg(title_hash, 12) AS titles,
        hll_sketch_agg(text_hash, 12) AS texts,
        hll_sketch_agg(asin_hash, 12) AS asins,
        hll_sketch_agg(parent_asin_hash, 12) AS parent_asins,
        hll_sketch_agg(user_id_hash, 12) AS user_ids,
        hll_sketch_agg(reviewed_at_hash, 12) AS times,
        cast(min(reviewed_at) AS DATE) AS first_day,
        cast(max(reviewed_at) AS DATE) AS last_day
    FROM reviews_hashed
),

products_hashed AS (
    SELECT
        *,
        CASE WHEN parent_asin IS NOT NULL THEN xxhash64(parent_asin) END AS parent_asin_hash,
        CASE WHEN title IS NOT NULL THEN xxhash64(title) END AS title_hash,
        CASE WHEN main_category IS NOT NULL THEN xxhash64(main_category) END AS main_category_hash,
        CASE WHEN store IS NOT NULL THEN xxhash64(store) END AS store_hash,
        CASE WHEN categories IS NOT NULL THEN xxhash64(categories) END AS categories_hash,
        CASE WHEN details IS NOT NULL THEN xxhash64(details) END AS details_hash
    FROM products
),

products_in_all AS (
    SELECT
        count(*) AS table_rows,
        count(parent_asin) AS parent_asin,
        count(title) AS title,
        count(main_category) AS main_category,
        count(store) AS store,
        count(average_rating) AS average_rating,
        count(rating_number) AS rating_number,
        count(price_text) AS price_text,
        count(categories) AS categories,
        count(details) AS details,
        count_if(parent_asin IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '')) AS odd_parent_asins,
        count_if(title IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '')) AS odd_titles,
        count_if(main_category IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '')) AS odd_main_categories,
        count_if(store IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '')) AS odd_stores,
        count_if(price_text IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '')) AS odd_price_texts,
        count_if(details IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '')) AS odd_details,
        hll_sketch_agg(parent_asin_hash, 12) AS parent_asins,
        hll_sketch_agg(title_hash, 12) AS titles,
        hll_sketch_agg(main_category_hash, 12) AS main_categories,
        hll_sketch_agg(store_hash, 12) AS stores,
        hll_sketch_agg(categories_hash, 12) AS category_lists,
        hll_sketch_agg(details_hash, 12) AS details_texts
    FROM products_hashed
),

purchases_hashed AS (
    SELECT
        *,
        CASE WHEN user_id IS NOT NULL THEN xxhash64(user_id) END AS user_id_hash,
        CASE WHEN parent_asin IS NOT NULL THEN xxhash64(parent_asin) END AS parent_asin_hash,
        CASE WHEN product_name IS NOT NULL THEN xxhash64(product_name) END AS product_name_hash,
        CASE WHEN main_category IS NOT NULL THEN xxhash64(main_category) END AS main_category_hash,
        CASE WHEN purchased_at IS NOT NULL THEN xxhash64(purchased_at) END AS purchased_at_hash
    FROM purchases
),

purchases_in_all AS (
    SELECT
        count(*) AS table_rows,
        count(user_id) AS user_id,
        count(parent_asin) AS parent_asin,
        count(product_name) AS product_name,
        count(main_category) AS main_category,
        count(purchased_at) AS purchased_at,
        count(rating) AS rating,
        count(helpful_vote) AS helpful_vote,
        count(price) AS price,
        count_if(user_id IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '')) AS odd_user_ids,
        count_if(parent_asin IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '')) AS odd_parent_asins,
        count_if(product_name IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '')) AS odd_product_names,
        count_if(main_category IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '')) AS odd_main_categories,
        hll_sketch_agg(user_id_hash, 12) AS user_ids,
        hll_sketch_agg(parent_asin_hash, 12) AS parent_asins,
        hll_sketch_agg(product_name_hash, 12) AS product_names,
        hll_sketch_agg(main_category_hash, 12) AS main_categories,
        hll_sketch_agg(purchased_at_hash, 12) AS times,
        cast(min(purchased_at) AS DATE) AS first_day,
        cast(max(purchased_at) AS DATE) AS last_day
    FROM purchases_hashed
),

cells AS (
    SELECT
        'reviews' AS table_name,
        table_rows,
        stack(
            9,
            1, 'rating', 'number', rating, cast(NULL AS BIGINT), cast(NULL AS BINARY),
            cast(NULL AS DATE), cast(NULL AS DATE),
            2, 'title', 'text', title, NULL, titles, NULL, NULL,
            3, 'text', 'text', text, NULL, texts, NULL, NULL,
            4, 'asin', 'text', asin, NULL, asins, NULL, NULL,
            5, 'parent_asin', 'text', parent_asin, NULL, parent_asins, NULL, NULL,
            6, 'user_id', 'text', user_id, NULL, user_ids, NULL, NULL,
            7, 'reviewed_at', 'time', reviewed_at, NULL, times, first_day, last_day,
            8, 'helpful_vote', 'number', helpful_vote, NULL, NULL, NULL, NULL,
            9, 'verified_purchase', 'yes or no', verified_purchase, NULL, NULL, NULL, NULL
        ) AS (place, column_name, kind, known, placeholders, sketch, first_day, last_day)
    FROM reviews_in_all
    UNION ALL
    SELECT
        'products' AS table_name,
        table_rows,
        stack(
            9,
            1, 'parent_asin', 'text', parent_asin, odd_parent_asins, parent_asins,
            cast(NULL AS DATE), cast(NULL AS DATE),
            2, 'title', 'text', title, odd_titles, titles, NULL, NULL,
            3, 'main_category', 'text', main_category, odd_main_categories, main_categories, NULL, NULL,
            4, 'store', 'text', store, odd_stores, stores, NULL, NULL,
            5, 'average_rating', 'number', average_rating, NULL, NULL, NULL, NULL,
            6, 'rating_number', 'number', rating_number, NULL, NULL, NULL, NULL,
            7, 'price_text', 'number as text', price_text, odd_price_texts, NULL, NULL, NULL,
            8, 'categories', 'list', categories, NULL, category_lists, NULL, NULL,
            9, 'details', 'text', details, odd_details, details_texts, NULL, NULL
        ) AS (place, column_name, kind, known, placeholders, sketch, first_day, last_day)
    FROM products_in_all
    UNION ALL
    SELECT
        'purchases' AS table_name,
        table_rows,
        stack(
            8,
            1, 'user_id', 'text', user_id, odd_user_ids, user_ids,
            cast(NULL AS DATE), cast(NULL AS DATE),
            2, 'parent_asin', 'text', parent_asin, odd_parent_asins, parent_asins, NULL, NULL,
            3, 'product_name', 'text', product_name, odd_product_names, product_names, NULL, NULL,
            4, 'main_category', 'text', main_category, odd_main_categories, main_categories, NULL, NULL,
            5, 'purchased_at', 'time', purchased_at, NULL, times, first_day, last_day,
            6, 'rating', 'number', rating, NULL, NULL, NULL, NULL,
            7, 'helpful_vote', 'number', helpful_vote, NULL, NULL, NULL, NULL,
            8, 'price', 'number', price, NULL, NULL, NULL, NULL
        ) AS (place, column_name, kind, known, placeholders, sketch, first_day, last_day)
    FROM purchases_in_all
)

SELECT
    table_name,
    place,
    column_name,
    kind,
    table_rows,
    table_rows - known AS nulls,
    placeholders,
    hll_sketch_estimate(hll_union(sketch, sketch)) AS about_values,
    first_day,
    last_day
FROM cells
