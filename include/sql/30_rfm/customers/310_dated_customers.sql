-- The customers of a table that is summed up, with the day of the last order by the shop's calendar.
-- Grain: one row per customer of the table.
-- Reads: given_customers
-- Params: as_of date: who ordered on it or later is late
--   time_zone string: the shop's, by whose calendar the days go
-- Figures: customers_given = count(*)
--   customers_late = count_if(is_late)
--   first_last_order = cast(min(last_order_on) AS STRING)
--   last_last_order = cast(max(last_order_on) AS STRING)
-- Note: nothing is known of a customer's earlier orders, so no window cuts the table; and who ordered after the as-of
--   date cannot be told as of that date.
SELECT
    user_id,
    last_order_on,
    orders,
    amount,
    last_order_on >= :as_of AS is_late
FROM (
    SELECT
        user_id,
        cast(from_utc_timestamp(last_order_at, :time_zone) AS DATE) AS last_order_on,
        orders,
        amount
    FROM given_customers
) AS dated
