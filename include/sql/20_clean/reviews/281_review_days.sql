-- How many reviews of each kind were written on each day, so that a month need not read the reviews again.
-- Grain: one row per day (UTC), stars and verified status that occur.
-- Reads: reviews
-- Params: none
-- Note: all reviews of the source count, exact duplicates too, as in the published figures. A rating of 0 becomes 1,
--   and a broken number of stars goes to the nearest whole one, a half up.
SELECT
    cast(reviewed_at AS DATE) AS review_day,
    cast(greatest(round(rating), 1) AS INT) AS stars,
    verified_purchase AS verified,
    count(*) AS reviews
FROM reviews
GROUP BY cast(reviewed_at AS DATE), cast(greatest(round(rating), 1) AS INT), verified_purchase
