-- The first 1,000 characters of the drawn reviews' texts, with their stars.
-- Grain: one row per drawn review that has a text.
-- Reads: sampled_reviews, reviews
-- Params: window_start date: the first day of the window
--   as_of date: the window ends before this day begins (UTC)
-- Note: the sample goes to the texts, which stay where they are. Headings are left out: many only repeat the stars, and
--   the stars are what the texts are judged by. A rating of 0 counts as 1. Of several texts of one review the first
--   in order counts.
WITH found AS (
    SELECT /*+ BROADCAST(sampled_reviews) */ -- noqa: CP03
        sampled_reviews.segment,
        sampled_reviews.place,
        sampled_reviews.review_month,
        left(reviews.text, 1000) AS raw_text,
        cast(greatest(round(reviews.rating), 1) AS INT) AS stars
    FROM reviews
    INNER JOIN sampled_reviews
        ON
            reviews.user_id = sampled_reviews.user_id
            AND reviews.parent_asin = sampled_reviews.parent_asin
            AND reviews.reviewed_at = sampled_reviews.reviewed_at
    WHERE
        reviews.review_year BETWEEN year(:window_start) AND year(:as_of)
        AND reviews.verified_purchase
        AND trim(reviews.text) <> ''
),

ordered AS (
    SELECT
        segment,
        place,
        review_month,
        raw_text,
        stars,
        row_number() OVER (PARTITION BY segment, place ORDER BY raw_text, stars) AS copy
    FROM found
)

SELECT
    segment,
    place,
    review_month,
    stars,
    raw_text
FROM ordered
WHERE copy = 1
