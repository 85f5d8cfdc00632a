-- The lines of the reviews file, each with the reason why it is refused, or null.
-- Grain: one row per line of raw_reviews.
-- Reads: raw_reviews
-- Params: none
-- Figures: review_lines_read = count(*)
--   review_lines_refused = count_if(refused IS NOT NULL)
-- Note: `broken_line` is filled by the JSON reader when a line is not JSON or a value has the wrong type.
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
    broken_line,
    file,
    CASE
        WHEN broken_line IS NOT NULL THEN 'not a JSON object with the expected types'
        WHEN coalesce(user_id, '') = '' THEN 'no user_id'
        WHEN coalesce(parent_asin, '') = '' THEN 'no parent_asin'
        WHEN timestamp IS NULL THEN 'no timestamp'
        WHEN NOT timestamp BETWEEN 0 AND 4102444799999 THEN 'timestamp outside 1970 to 2099'
        WHEN rating IS NULL THEN 'no rating'
        WHEN NOT rating BETWEEN 0 AND 5 THEN 'rating outside 0 to 5'
    END AS refused
FROM raw_reviews
