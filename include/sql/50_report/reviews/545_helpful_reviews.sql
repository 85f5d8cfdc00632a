-- The reviews before the as-of date that most readers found helpful.
-- Grain: one row per place, ten at most.
-- Reads: helpful_by_day, known_products
-- Params: as_of date: only reviews before this day (UTC) count
-- Note: the votes are those of the day the source was collected; it does not say when they were given. Among equals the
--   order is that of the ids.
WITH ranked AS (
    SELECT
        review_day,
        parent_asin,
        heading,
        stars,
        verified,
        helpful_vote,
        row_number() OVER (
            ORDER BY
                helpful_vote DESC,
                parent_asin ASC,
                asin ASC,
                user_id ASC,
                reviewed_at ASC,
                heading ASC,
                stars ASC,
                verified ASC
        ) AS place
    FROM helpful_by_day
    WHERE review_day < :as_of
)

SELECT
    cast(ranked.place AS INT) AS place,
    ranked.helpful_vote,
    ranked.heading,
    ranked.stars,
    ranked.verified,
    ranked.review_day,
    ranked.parent_asin,
    known_products.product_name
FROM ranked
LEFT JOIN known_products ON ranked.parent_asin = known_products.parent_asin
WHERE ranked.place <= 10
