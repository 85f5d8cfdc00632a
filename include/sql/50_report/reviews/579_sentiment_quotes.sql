-- The reviews of each segment in which text and stars disagree most.
-- Grain: one row per segment and place, five of a segment at most.
-- Reads: review_sentiment
-- Params: none
-- Note: stars count as -1 (one) to 1 (five), and the disagreement is how far the sentiment lies from there. Only what
--   is on the other side of 0 is one. Equal texts stand once; among equals the order of the draw decides.
WITH apart AS (
    SELECT
        segment,
        place,
        review_month,
        stars,
        sentiment,
        review_text,
        cast(abs(sentiment - (stars - 3) / 2.0) AS DECIMAL(5, 4)) AS disagreement
    FROM review_sentiment
    WHERE (stars <= 2 AND sentiment > 0) OR (stars >= 4 AND sentiment < 0)
),

each_text AS (
    SELECT
        segment,
        place,
        review_month,
        stars,
        sentiment,
        review_text,
        disagreement,
        row_number() OVER (PARTITION BY segment, review_text ORDER BY disagreement DESC, place ASC) AS copy
    FROM apart
),

ranked AS (
    SELECT
        segment,
        review_month,
        stars,
        sentiment,
        review_text,
        disagreement,
        row_number() OVER (PARTITION BY segment ORDER BY disagreement DESC, place ASC) AS place
    FROM each_text
    WHERE copy = 1
)

SELECT
    segment,
    cast(place AS INT) AS place,
    review_month,
    stars,
    sentiment,
    disagreement,
    left(review_text, 300) AS quote
FROM ranked
WHERE place <= 5
