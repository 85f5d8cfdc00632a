-- The verified reviews without exact duplicate rows.
-- Grain: one row per distinct verified review; all columns of `reviews` decide what is a duplicate.
-- Reads: verified_reviews, repeated_hashes
-- Params: none
-- Figures: verified_reviews = sum(copies)
--   duplicate_reviews = sum(copies) - count(*)
--   zero_ratings = count_if(rating = 0)
--   negative_helpful_votes = count_if(helpful_vote < 0)
-- Note: what has the hash of another review is compared column by column, so that no hash decides.
SELECT
    user_id,
    parent_asin,
    reviewed_at,
    rating,
    helpful_vote,
    cast(1 AS BIGINT) AS copies
FROM verified_reviews
LEFT ANTI JOIN repeated_hashes ON verified_reviews.review_hash = repeated_hashes.review_hash
UNION ALL
SELECT
    user_id,
    parent_asin,
    reviewed_at,
    rating,
    helpful_vote,
    count(*) AS copies
FROM verified_reviews
LEFT SEMI JOIN repeated_hashes ON verified_reviews.review_hash = repeated_hashes.review_hash
GROUP BY user_id, parent_asin, asin, reviewed_at, rating, helpful_vote, title, text
