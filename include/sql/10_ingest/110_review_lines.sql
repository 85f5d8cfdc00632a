-- The lines of the reviews file, read as JSON, each with the reason why it is refused, or null.
-- Grain: one row per line of raw_reviews.
-- Reads: raw_reviews
-- Params: none
-- Figures: review_lines_read = count(*)
--   review_lines_refused = count_if(refused IS NOT NULL)
-- Note: `broken_line` is filled where a line is not JSON or a value has the wrong type. The reader stops at the end
--   of the first object, so a line whose end was lost, with the next line glued to it, is looked for apart.
WITH parsed AS (
    SELECT
        raw_reviews.file,
        raw_reviews.line,
        fields.*
    FROM raw_reviews
        LATERAL VIEW inline(array(from_json(
            line,
            'rating DOUBLE, title STRING, text STRING, asin STRING, parent_asin STRING, user_id STRING, '
            || 'timestamp BIGINT, helpful_vote BIGINT, verified_purchase BOOLEAN, broken_line STRING',
            map('columnNameOfCorruptRecord', 'broken_line', 'allowSingleQuotes', 'false')
        ))) fields
)

SELECT
    rating,
    title,
    text,
    asin,
    parent_asin,
    user_id,
    timestamp,
    helpful_vote,
    verified_purchase,
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
        WHEN coalesce(user_id, '') = '' THEN 'no user_id'
        WHEN left(user_id, 1) IN ('{', '[') THEN 'user_id is not a text'
        WHEN coalesce(parent_asin, '') = '' THEN 'no parent_asin'
        WHEN left(parent_asin, 1) IN ('{', '[') THEN 'parent_asin is not a text'
        WHEN timestamp IS NULL THEN 'no timestamp'
        WHEN NOT timestamp BETWEEN 0 AND 4102444799999 THEN 'timestamp outside 1970 to 2099'
        WHEN rating IS NULL THEN 'no rating'
        WHEN NOT rating BETWEEN 0 AND 5 THEN 'rating outside 0 to 5'
    END AS refused
FROM parsed
