-- The customers of the month with whether they ever came back, looking at all data before the as-of date.
-- Grain: one row per customer, as of a date.
-- Reads: customer_rfm, first_purchases
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
    customer_rfm.segment,
    customer_rfm.recency_days,
    customer_rfm.frequency,
    customer_rfm.monetary,
    customer_rfm.orders,
    least(customer_rfm.frequency, customer_rfm.orders) = 1 AS bought_once,
    returned.user_id IS NOT NULL AS came_back,
    datediff(returned.second_day, returned.first_day) AS days_to_return
FROM customer_rfm
LEFT JOIN returned ON customer_rfm.user_id = returned.user_id
