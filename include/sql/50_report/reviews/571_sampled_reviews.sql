-- The reviews of each segment that are read: all of them, or as many as the params allow, drawn by a hash.
-- Grain: one row per drawn review; what a customer wrote of a product in one millisecond is one review.
-- Reads: window_reviews
-- Params: sentiment_reviews int: how many of each segment, at most
-- Note: the hash is that of the customer, the product and the time, so the draw is fair and the same in every run, on
--   any number of cores. place orders a segment's reviews by it; no two share a place.
WITH drawn AS (
    SELECT
        segment,
        user_id,
        parent_asin,
        reviewed_at,
        review_month,
        dense_rank() OVER (
            PARTITION BY segment
            ORDER BY xxhash64(user_id, parent_asin, reviewed_at), user_id, parent_asin, reviewed_at
        ) AS place
    FROM window_reviews
)

SELECT DISTINCT
    segment,
    user_id,
    parent_asin,
    reviewed_at,
    review_month,
    cast(place AS INT) AS place
FROM drawn
WHERE place <= :sentiment_reviews
