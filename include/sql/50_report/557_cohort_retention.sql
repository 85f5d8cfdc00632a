-- Of those who bought for the first time in a month, how many bought again within 30, 90, 180 and 365 days.
-- Grain: one row per month of first purchase, up to the as-of date, and number of days.
-- Reads: first_purchases
-- Params: as_of date: what happens from this day on is not known yet
-- Note: first means first in all data, not in the window. Again means on a later day. A count is null until the days
--   have passed for all of the month, so that no month looks worse for being young.
WITH limits AS (
    SELECT explode(array(30, 90, 180, 365)) AS days
),

cohorts AS (
    SELECT
        cast(trunc(first_day, 'MONTH') AS DATE) AS cohort_month,
        datediff(:as_of, last_day(first_day)) - 1 AS days_seen,
        CASE WHEN second_day < :as_of THEN datediff(second_day, first_day) END AS days_to_return,
        count(*) AS customers
    FROM first_purchases
    WHERE first_day < :as_of
    GROUP BY
        cast(trunc(first_day, 'MONTH') AS DATE),
        datediff(:as_of, last_day(first_day)) - 1,
        CASE WHEN second_day < :as_of THEN datediff(second_day, first_day) END
),

counted AS (
    SELECT
        cohorts.cohort_month,
        limits.days,
        max(cohorts.days_seen) AS days_seen,
        sum(cohorts.customers) AS customers,
        coalesce(sum(cohorts.customers) FILTER (WHERE cohorts.days_to_return <= limits.days), 0) AS bought_again
    FROM cohorts
    CROSS JOIN limits
    GROUP BY cohorts.cohort_month, limits.days
)

SELECT
    cohort_month,
    days,
    customers,
    CASE WHEN days_seen >= days THEN bought_again END AS bought_again,
    CASE WHEN days_seen >= days THEN bought_again / customers END AS share
FROM counted
