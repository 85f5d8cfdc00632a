-- The reviews of each day that most readers found helpful. The most helpful ones up to any day are among them.
-- Grain: one row per review; ten a day and those that tie with the tenth in all columns.
-- Reads: reviews
-- Params: none
-- Note: exact duplicates share a place and become one row. Texts are not read: the heading has to do.
WITH ranked AS (
    SELECT
        cast(reviewed_at AS DATE) AS review_day,
        reviewed_at,
        user_id,
        parent_asin,
        asin,
        title AS heading,
        rating,
        verified_purchase AS verified,
        helpful_vote,
        dense_rank() OVER (
            PARTITION BY cast(reviewed_at AS DATE)
            ORDER BY
                helpful_vote DESC,
                parent_asin ASC,
                asin ASC,
                user_id ASC,
                reviewed_at ASC,
                title ASC,
                rating ASC,
                verified_purchase ASC
        ) AS place
    FROM reviews
    WHERE helpful_vote > 0
)

SELECT DISTINCT
    review_day,
    reviewed_at,
    user_id,
    parent_asin,
    asin,
    heading,
    cast(greatest(round(rating), 1) AS INT) AS stars,
    verified,
    helpful_vote
FROM ranked
WHERE place <= 10
