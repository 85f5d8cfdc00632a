-- The hashes that come more than once among the verified reviews.
-- Grain: one row per hash.
-- Reads: verified_reviews
-- Params: none
-- Cache: at once, because distinct_reviews joins it twice, and joins better when it knows how few they are
-- Note: a review whose hash is not here has no duplicate. One hash in a hundred is here: only those reviews have to be
--   compared, and only their texts have to be read.
SELECT review_hash
FROM verified_reviews
GROUP BY review_hash
HAVING count(*) > 1
