-- The hashes of verified reviews that come more than once when title and text are left aside.
-- Grain: one row per hash.
-- Reads: reviews
-- Params: none
-- Cache: at once, because distinct_reviews joins it twice, and joins better when it knows how few they are
-- Note: exact duplicates share their hash, so a review whose hash is not here has none. One hash in a hundred is here:
--   only those reviews have to be compared, and only their texts have to be read.
SELECT xxhash64(user_id, parent_asin, asin, reviewed_at, rating, helpful_vote) AS review_hash
FROM reviews
WHERE verified_purchase
GROUP BY xxhash64(user_id, parent_asin, asin, reviewed_at, rating, helpful_vote)
HAVING count(*) > 1
