-- How positive the reviews of each segment are, in the window and in each of its months.
-- Grain: one row per segment with reviews in the window, and one per segment and month.
-- Reads: window_reviews, review_sentiment
-- Params: none
-- Note: sums of decimals are exact, so no figure depends on the order of rows. The deviation is that of a sample.
WITH written AS (
    SELECT
        segment,
        review_month,
        count(*) AS reviews
    FROM window_reviews
    GROUP BY GROUPING SETS ((segment, review_month), (segment))
),

scored AS (
    SELECT
        segment,
        review_month,
        count(*) AS sampled,
        sum(sentiment) AS total,
        sum(sentiment * sentiment) AS squares,
        count_if(mood = 'positive') AS positive,
        count_if(mood = 'neutral') AS neutral,
        count_if(mood = 'negative') AS negative,
        count_if(NOT has_words) AS without_words
    FROM review_sentiment
    GROUP BY GROUPING SETS ((segment, review_month), (segment))
)

SELECT
    written.segment,
    written.review_month,
    written.reviews,
    coalesce(scored.sampled, 0) AS sampled,
    cast(scored.total / scored.sampled AS DECIMAL(5, 4)) AS mean_sentiment,
    CASE
        WHEN scored.sampled > 1
            THEN
                round(
                    sqrt(
                        greatest(
                            scored.sampled * cast(scored.squares AS DOUBLE)
                            - cast(scored.total AS DOUBLE) * cast(scored.total AS DOUBLE),
                            0
                        ) / (scored.sampled * (scored.sampled - 1))
                    ),
                    4
                )
    END AS deviation,
    coalesce(scored.positive, 0) AS positive,
    coalesce(scored.neutral, 0) AS neutral,
    coalesce(scored.negative, 0) AS negative,
    round(scored.positive / scored.sampled, 6) AS positive_share,
    round(scored.neutral / scored.sampled, 6) AS neutral_share,
    round(scored.negative / scored.sampled, 6) AS negative_share,
    coalesce(scored.without_words, 0) AS without_words
FROM written
LEFT JOIN scored ON written.segment = scored.segment AND written.review_month <=> scored.review_month
