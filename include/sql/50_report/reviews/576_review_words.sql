-- In how many of a segment's drawn reviews each word stands.
-- Grain: one row per segment and word.
-- Reads: review_sentiment, stop_words
-- Params: none
-- Note: a word is three letters or more of any script, in lower case; apostrophes are dropped, because many do not
--   write them. A review counts once for each word that it holds, so nobody counts twice for saying a thing again.
WITH held AS (
    SELECT
        segment,
        explode(
            array_distinct(
                regexp_extract_all(translate(lower(review_text), '\u0027\u2019', ''), '\\p{L}{3,}', 0)
            )
        ) AS word
    FROM review_sentiment
)

SELECT
    held.segment,
    held.word,
    count(*) AS reviews
FROM held
LEFT ANTI JOIN stop_words ON held.word = stop_words.word
GROUP BY held.segment, held.word
