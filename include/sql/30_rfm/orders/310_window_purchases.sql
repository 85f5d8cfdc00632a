-- The order lines that count: inside the window, and with a price above the minimum or a return.
-- Grain: one row per order line.
-- Reads: purchases
-- Params: window_start date: the first day of the window
--   as_of date: the window ends before this day begins
--   time_zone string: the shop's, by whose calendar the days go
--   min_price decimal: a price must be above it, in the currency of the orders
--   counts_free_orders boolean: whether a price of 0 counts too
-- Note: the condition on purchase_month lets Spark pass over what lies outside the window's months.
--   A return that is subtracted has a negative price.
WITH dated AS (
    SELECT
        user_id,
        order_id,
        cast(from_utc_timestamp(purchased_at, :time_zone) AS DATE) AS purchased_on,
        price
    FROM purchases
    WHERE purchase_month >= trunc(:window_start, 'MONTH') AND purchase_month < :as_of
)

SELECT
    user_id,
    order_id,
    purchased_on,
    price
FROM dated
WHERE
    purchased_on >= :window_start
    AND purchased_on < :as_of
    AND (price > :min_price OR price < 0 OR (price = 0 AND :counts_free_orders))
