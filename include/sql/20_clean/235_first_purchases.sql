-- The first day on which each customer bought, what they spent on it, and the next day on which they bought.
-- Grain: one row per customer with a purchase that counts.
-- Reads: purchases
-- Params: min_price decimal: a price must be above it, in the currency of the source
--   time_zone string: the shop's, by whose calendar the days go; UTC for reviews
--   counts_free_orders boolean: whether a price of 0 counts too
-- Note: first means first in all data, not in the window of a month. A month looks at days before its as-of date, and
--   so at the first two days as they were known then. What is bought on the same day is one basket, so a
--   second purchase is on a later day. A return is no purchase, and changes no basket.
WITH bought AS (
    SELECT /*+ REPARTITION(user_id) */ -- noqa: CP03
        user_id,
        cast(from_utc_timestamp(purchased_at, :time_zone) AS DATE) AS day,
        price
    FROM purchases
    WHERE price > :min_price OR (price = 0 AND :counts_free_orders)
),

dated AS (
    SELECT
        user_id,
        day,
        price,
        min(day) OVER (PARTITION BY user_id) AS first_day
    FROM bought
)

SELECT
    user_id,
    first_day,
    try_cast(sum(price) FILTER (WHERE day = first_day) AS DECIMAL(18, 2)) AS first_amount,
    min(day) FILTER (WHERE day > first_day) AS second_day
FROM dated
GROUP BY user_id, first_day
