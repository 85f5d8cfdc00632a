-- The sentiment was held against the stars of all drawn reviews that do not have three.
-- Grain: one row.
-- Reads: sentiment_trust, review_sentiment
-- Params: none
-- Level: fail
-- Of: sentiment_trust
WITH sums AS (
    SELECT
        coalesce(sum(CASE WHEN segment IS NULL THEN low_reviews + high_reviews END), 0) AS of_all,
        coalesce(sum(CASE WHEN segment IS NOT NULL THEN low_reviews + high_reviews END), 0) AS of_segments,
        (SELECT count_if(stars <> 3) FROM review_sentiment) AS drawn
    FROM sentiment_trust
)

SELECT
    of_all AS figure,
    of_all = drawn AND of_segments = drawn AS passed,
    concat(
        'Of ', drawn, ' drawn reviews without three stars ', of_all, ' were judged as a whole and ', of_segments,
        ' by segment; it must be all.'
    ) AS message
FROM sums
