-- What each column holds: rows, nulls, placeholders, about how many values, first and last day.
-- Grain: one row per table and column.
-- Reads: reviews, products, purchases
-- Params: none
-- Note: the number of values is an estimate (HyperLogLog++, standard error 2 %) that does not depend on how the rows
--   are spread. An exact count would send tens of millions of long texts over the network. Numbers are counted exactly
--   in profile_numbers. Placeholders are not counted in reviews: there, `None` may be meant.
WITH cells AS (
    SELECT
        'reviews' AS table_name,
        stack(
            9,
            1, 'rating', 'number', rating IS NULL, xxhash64(rating), cast(NULL AS STRING),
            cast(NULL AS DATE),
            2, 'title', 'text', title IS NULL, xxhash64(title), NULL, NULL,
            3, 'text', 'text', text IS NULL, xxhash64(text), NULL, NULL,
            4, 'asin', 'text', asin IS NULL, xxhash64(asin), NULL, NULL,
            5, 'parent_asin', 'text', parent_asin IS NULL, xxhash64(parent_asin), NULL, NULL,
            6, 'user_id', 'text', user_id IS NULL, xxhash64(user_id), NULL, NULL,
            7, 'reviewed_at', 'time', reviewed_at IS NULL, xxhash64(reviewed_at), NULL, cast(reviewed_at AS DATE),
            8, 'helpful_vote', 'number', helpful_vote IS NULL, xxhash64(helpful_vote), NULL, NULL,
            9, 'verified_purchase', 'yes or no', verified_purchase IS NULL, xxhash64(verified_purchase), NULL, NULL
        ) AS (place, column_name, kind, is_null, value_hash, word, day)
    FROM reviews
    UNION ALL
    SELECT
        'products' AS table_name,
        stack(
            9,
            1, 'parent_asin', 'text', parent_asin IS NULL, xxhash64(parent_asin), parent_asin, cast(NULL AS DATE),
            2, 'title', 'text', title IS NULL, xxhash64(title), title, NULL,
            3, 'main_category', 'text', main_category IS NULL, xxhash64(main_category), main_category, NULL,
            4, 'store', 'text', store IS NULL, xxhash64(store), store, NULL,
            5, 'average_rating', 'number', average_rating IS NULL, xxhash64(average_rating), NULL, NULL,
            6, 'rating_number', 'number', rating_number IS NULL, xxhash64(rating_number), NULL, NULL,
            7, 'price_text', 'number as text', price_text IS NULL, xxhash64(price_text), price_text, NULL,
            8, 'categories', 'list', categories IS NULL, xxhash64(categories), NULL, NULL,
            9, 'details', 'text', details IS NULL, xxhash64(details), details, NULL
        ) AS (place, column_name, kind, is_null, value_hash, word, day)
    FROM products
    UNION ALL
    SELECT
        'purchases' AS table_name,
        stack(
            8,
            1, 'user_id', 'text', user_id IS NULL, xxhash64(user_id), user_id, cast(NULL AS DATE),
            2, 'parent_asin', 'text', parent_asin IS NULL, xxhash64(parent_asin), parent_asin, NULL,
            3, 'product_name', 'text', product_name IS NULL, xxhash64(product_name), product_name, NULL,
            4, 'main_category', 'text', main_category IS NULL, xxhash64(main_category), main_category, NULL,
            5, 'purchased_at', 'time', purchased_at IS NULL, xxhash64(purchased_at), NULL, cast(purchased_at AS DATE),
            6, 'rating', 'number', rating IS NULL, xxhash64(rating), NULL, NULL,
            7, 'helpful_vote', 'number', helpful_vote IS NULL, xxhash64(helpful_vote), NULL, NULL,
            8, 'price', 'number', price IS NULL, xxhash64(price), NULL, NULL
        ) AS (place, column_name, kind, is_null, value_hash, word, day)
    FROM purchases
)

SELECT
    table_name,
    place,
    column_name,
    kind,
    count(*) AS table_rows,
    count_if(is_null) AS nulls,
    CASE
        WHEN table_name <> 'reviews' AND kind IN ('text', 'number as text')
            THEN count_if(word IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', ''))
    END AS placeholders,
    CASE
        WHEN kind IN ('text', 'time', 'list') THEN approx_count_distinct(value_hash, 0.02) FILTER (WHERE NOT is_null)
    END AS about_values,
    min(day) AS first_day,
    max(day) AS last_day
FROM cells
GROUP BY table_name, place, column_name, kind
