-- The verified reviews without exact duplicate rows.
-- Grain: one row per distinct verified review; all columns of `reviews` decide what is a duplicate.
-- Reads: reviews
-- Params: none
-- Figures: verified_reviews = sum(copies)
--   duplicate_reviews = sum(copies) - count(*)
--   zero_ratings = count_if(rating = 0)
--   negative_helpful_votes = count_if(helpful_vote < 0)
-- Note: two 64-bit hashes stand for title and text, so that no text has to travel. They only tell apart reviews that
--   agree in all else, the millisecond included: two texts of one such pair would have to share all 128 bits. What is
--   null is part of the hashes, because a hash leaves nulls out. Duplicates share their month, so one shuffle by month
--   brings them together, and `purchases` needs it anyway: there a month lies together. Grouping each part of the
--   source before it would find next to none.
WITH verified AS (
    SELECT /*+ REPARTITION(purchase_month) */ -- noqa: CP03
        user_id,
        parent_asin,
        asin,
        reviewed_at,
        rating,
        helpful_vote,
        cast(trunc(reviewed_at, 'MONTH') AS DATE) AS purchase_month,
        xxhash64('one', title IS NULL, title, text IS NULL, text) AS one_hash,
        xxhash64('other', title IS NULL, title, text IS NULL, text) AS other_hash
    FROM reviews
    WHERE verified_purchase
)

SELECT
    user_id,
    parent_asin,
    reviewed_at,
    rating,
    helpful_vote,
    purchase_month,
    count(*) AS copies
FROM verified
GROUP BY
    user_id, parent_asin, asin, reviewed_at, rating, helpful_vote, purchase_month, one_hash, other_hash
