-- The first day on which each customer bought, what they spent on it, and the next day on which they bought.
-- Grain: one row per customer with a purchase that counts.
-- Reads: purchases
-- Params: min_price decimal: a price must be above it, in the currency of the source
--   time_zone string: the shop's, by whose calendar the days go; UTC for reviews
--   counts_free_orders boolean: whether a price of 0 counts too
-- Note: first means first in all data, not in the window of a month. A month looks at days before its as-of date, and
--   so at the first two days as they were known then. What is bought on the same day is one basket, so a
--   second purchase is on a later day. A return is no purchase, and changes no basket.
WITH days AS (
    SELECT
        user_id,
        cast(from_utc_timestamp(purchased_at, :time_zone) AS DATE) AS day,
        sum(price) AS amount
    FROM purchases
    WHERE price > :min_price OR (price = 0 AND :counts_free_orders)
    GROUP BY user_id, cast(from_utc_timestamp(purchased_at, :time_zone) AS DATE)
),

visits AS (
    SELECT
        user_id,
        slice(array_sort(collect_list(struct(day, amount))), 1, 2) AS first_two
    FROM days
    GROUP BY user_id
)

SELECT
    user_id,
    first_two[0].day AS first_day,
    try_cast(first_two[0].amount AS DECIMAL(18, 2)) AS first_amount,
    try_element_at(first_two, 2).day AS second_day
FROM visits
