-- The customers of the month with whether they ever came back, looking at all data before the as-of date.
-- Grain: one row per customer, as of a date.
-- Reads: customer_segments, first_purchases
-- Params: as_of date: what happens from this day on is not known yet
-- Note: came back means bought on a later day than their first one, also where both lie before the window.
WITH returned AS (
    SELECT
        user_id,
        first_day,
        second_day
    FROM first_purchases
    WHERE second_day < :as_of
)

SELECT
    customer_segments.segment,
    customer_segments.recency_days,
    customer_segments.frequency,
    customer_segments.monetary,
    customer_segments.orders,
    least(customer_segments.frequency, customer_segments.orders) = 1 AS bought_once,
    returned.user_id IS NOT NULL AS came_back,
    datediff(returned.second_day, returned.first_day) AS days_to_return
FROM customer_segments
LEFT JOIN returned ON customer_segments.user_id = returned.user_id
