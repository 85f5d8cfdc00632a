-- The drawn reviews are no more than allowed, each once, with a possible sentiment.
-- Grain: one row.
-- Reads: review_sentiment
-- Params: sentiment_reviews int: how many of each segment, at most
-- Level: fail
-- Of: review_sentiment
WITH counted AS (
    SELECT
        count(*) AS reviews,
        count(DISTINCT segment, place) AS places,
        count_if(place BETWEEN 1 AND :sentiment_reviews AND abs(sentiment) <= 1 AND stars BETWEEN 1 AND 5) AS possible
    FROM review_sentiment
)

SELECT
    reviews - least(places, possible) AS figure,
    reviews = places AND reviews = possible AS passed,
    concat(
        'Of ', reviews, ' drawn reviews ', possible, ' have a place, stars and a sentiment in bounds, at ', places,
        ' places; it must be all.'
    ) AS message
FROM counted
