-- Reviews by stars and verified status, of all time and of the last year before the as-of date.
-- Grain: one row per period, number of stars and verified status, also where there is no review.
-- Reads: review_days
-- Params: as_of date: only what lies before this day (UTC) counts; the last year is the 12 months before it
WITH cells AS (
    SELECT
        periods.period,
        periods.first_day,
        stars.stars,
        statuses.verified
    FROM VALUES ('all_time', cast(NULL AS DATE)), ('last_year', add_months(:as_of, -12)) AS periods (period, first_day)
    CROSS JOIN VALUES (1), (2), (3), (4), (5) AS stars (stars)
    CROSS JOIN VALUES (TRUE), (FALSE) AS statuses (verified)
)

SELECT
    cells.period,
    cells.stars,
    cells.verified,
    coalesce(sum(review_days.reviews), 0) AS reviews
FROM cells
LEFT JOIN review_days
    ON
        cells.stars = review_days.stars
        AND cells.verified = review_days.verified
        AND review_days.review_day < :as_of
        AND (cells.first_day IS NULL OR cells.first_day <= review_days.review_day)
GROUP BY cells.period, cells.stars, cells.verified
