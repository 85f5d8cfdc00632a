-- How well the texts' sentiment tells reviews of 1 and 2 stars from those of 4 and 5.
-- Grain: one row per segment with such reviews in the sample, and one for all of them.
-- Reads: review_sentiment
-- Params: none
-- Note: a text is told right where its sentiment is below 0 for 1 and 2 stars, above 0 for 4 and 5. Exactly 0 says
--   nothing and counts half, as a coin would. Balanced accuracy is the mean of both shares, so that many positive
--   reviews cannot hide that negative ones are missed; guessing has 0.5. auc is the area under the ROC curve: how often
--   the review of 4 or 5 stars has the higher sentiment of the two, ties half. All counts are whole, so both are exact.
WITH by_value AS (
    SELECT
        segment,
        sentiment,
        count_if(stars <= 2) AS low,
        count_if(stars >= 4) AS high
    FROM review_sentiment
    WHERE stars <> 3
    GROUP BY GROUPING SETS ((segment, sentiment), (sentiment))
),

ranked AS (
    SELECT
        segment,
        sentiment,
        low,
        high,
        coalesce(
            sum(low) OVER (
                PARTITION BY segment
                ORDER BY sentiment
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS low_below
    FROM by_value
),

counted AS (
    SELECT
        segment,
        sum(low) AS low_reviews,
        sum(high) AS high_reviews,
        2 * sum(CASE WHEN sentiment < 0 THEN low ELSE 0 END) + sum(CASE WHEN sentiment = 0 THEN low ELSE 0 END)
            AS low_told_twice,
        2 * sum(CASE WHEN sentiment > 0 THEN high ELSE 0 END) + sum(CASE WHEN sentiment = 0 THEN high ELSE 0 END)
            AS high_told_twice,
        sum(high * (2 * low_below + low)) AS higher_twice
    FROM ranked
    GROUP BY segment
)

SELECT
    segment,
    low_reviews,
    high_reviews,
    round(low_told_twice / nullif(2 * low_reviews, 0), 6) AS low_told_share,
    round(high_told_twice / nullif(2 * high_reviews, 0), 6) AS high_told_share,
    round(
        (low_told_twice / nullif(2 * low_reviews, 0) + high_told_twice / nullif(2 * high_reviews, 0)) / 2, 6
    ) AS balanced_accuracy,
    round(higher_twice / nullif(2 * low_reviews * high_reviews, 0), 6) AS auc
FROM counted
