-- The verified reviews, each with a hash of its short columns.
-- Grain: one row per verified review; exact duplicates are kept.
-- Reads: reviews
-- Params: none
-- Note: exact duplicates share their hash. Title and text take no part, so that it can be had without reading them.
SELECT
    user_id,
    parent_asin,
    asin,
    reviewed_at,
    rating,
    helpful_vote,
    title,
    text,
    xxhash64(user_id, parent_asin, asin, reviewed_at, rating, helpful_vote) AS review_hash
FROM reviews
WHERE verified_purchase
