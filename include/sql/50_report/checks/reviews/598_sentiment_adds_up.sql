-- The months of each segment add up to the window, and all of them to the drawn reviews.
-- Grain: one row.
-- Reads: segment_sentiment, review_sentiment
-- Params: none
-- Level: fail
-- Of: segment_sentiment
WITH sums AS (
    SELECT
        coalesce(sum(CASE WHEN review_month IS NULL THEN sampled END), 0) AS of_window,
        coalesce(sum(CASE WHEN review_month IS NOT NULL THEN sampled END), 0) AS of_months,
        coalesce(sum(CASE WHEN review_month IS NOT NULL THEN positive + neutral + negative END), 0) AS of_moods,
        (SELECT count(*) FROM review_sentiment) AS drawn
    FROM segment_sentiment
)

SELECT
    of_months AS figure,
    of_window = drawn AND of_months = drawn AND of_moods = drawn AS passed,
    concat(
        'Of ', drawn, ' drawn reviews ', of_window, ' are in the windows of the segments, ', of_months,
        ' in their months and ', of_moods, ' in their moods; it must be all.'
    ) AS message
FROM sums
