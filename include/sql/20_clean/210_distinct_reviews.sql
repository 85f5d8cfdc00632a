-- The verified reviews without exact duplicate rows.
-- Grain: one row per distinct verified review; all columns of `reviews` decide what is a duplicate.
-- Reads: reviews
-- Params: none
-- Figures: verified_reviews = sum(copies)
--   duplicate_reviews = sum(copies) - count(*)
--   zero_ratings = count_if(rating = 0)
--   negative_helpful_votes = count_if(helpful_vote < 0)
-- Note: title and text take part by their SHA-256, so that the long texts do not travel over the network.
WITH verified AS (
    SELECT
        user_id,
        parent_asin,
        asin,
        reviewed_at,
        rating,
        helpful_vote,
        sha2(title, 256) AS title_hash,
        sha2(text, 256) AS text_hash
    FROM reviews
    WHERE verified_purchase
)

SELECT
    user_id,
    parent_asin,
    asin,
    reviewed_at,
    rating,
    helpful_vote,
    title_hash,
    text_hash,
    count(*) AS copies
FROM verified
GROUP BY user_id, parent_asin, asin, reviewed_at, rating, helpful_vote, title_hash, text_hash
