-- The drawn reviews with how positive their text is.
-- Grain: one row per drawn review with a text.
-- Reads: scored_reviews
-- Params: none
-- Note: the limits of positive and negative are those that VADER's authors give.
SELECT
    segment,
    place,
    review_month,
    stars,
    sentiment,
    CASE WHEN sentiment >= 0.05 THEN 'positive' WHEN sentiment <= -0.05 THEN 'negative' ELSE 'neutral' END AS mood,
    has_words,
    review_text
FROM scored_reviews
