-- The reviews, typed.
-- Grain: one row per accepted line of the reviews file; exact duplicates are kept.
-- Reads: review_lines
-- Params: none
SELECT
    rating,
    title,
    text,
    asin,
    parent_asin,
    user_id,
    timestamp_millis(timestamp) AS reviewed_at,
    coalesce(helpful_vote, 0) AS helpful_vote,
    coalesce(verified_purchase, FALSE) AS verified_purchase,
    year(timestamp_millis(timestamp)) AS review_year
FROM review_lines
WHERE refused IS NULL
