-- The lines of the products file, read as JSON, each with the reason why it is refused, or null.
-- Grain: one row per line of raw_products.
-- Reads: raw_products
-- Params: none
-- Figures: product_lines_read = count(*)
--   product_lines_refused = count_if(refused IS NOT NULL)
-- Note: `details` and `price` arrive as text, whatever their JSON type: a struct of `details` would have tens of
--   thousands of fields. For the rest see review_lines.
WITH parsed AS (
    SELECT
        raw_products.file,
        raw_products.line,
        fields.*
    FROM raw_products
        LATERAL VIEW inline(array(from_json(
            line,
            'parent_asin STRING, title STRING, main_category STRING, store STRING, average_rating DOUBLE, '
            || 'rating_number BIGINT, price STRING, categories ARRAY<STRING>, details STRING, broken_line STRING',
            map('columnNameOfCorruptRecord', 'broken_line', 'allowSingleQuotes', 'false')
        ))) fields
)

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
    line,
    file,
    CASE
        WHEN btrim(line, ' \t\r') = '' THEN 'empty line'
        WHEN NOT is_valid_utf8(line) THEN 'not UTF-8'
        WHEN broken_line IS NOT NULL THEN 'not a JSON object with the expected types'
        WHEN
            NOT endswith(btrim(line, ' \t\r'), '}')
            OR (
                (contains(line, '}{') OR contains(line, '} {') OR contains(line, '},{') OR contains(line, '}, {'))
                AND NOT json_array_length(concat('[', line, ']')) <=> 1
            )
            THEN 'more than one JSON object'
        WHEN coalesce(parent_asin, '') = '' THEN 'no parent_asin'
        WHEN left(parent_asin, 1) IN ('{', '[') THEN 'parent_asin is not a text'
    END AS refused
FROM parsed
