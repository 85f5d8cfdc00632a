-- The purchases that count: inside the window and with a price above the minimum.
-- Grain: one row per purchase.
-- Reads: purchases
-- Params: window_start date: the first day of the window
--   as_of date: the window ends before this day begins (UTC)
--   min_price decimal: a price must be above it, in dollars
-- Note: the condition on purchase_month lets Spark pass over what lies outside the window's months.
SELECT
    user_id,
    order_id,
    cast(purchased_at AS DATE) AS purchased_on,
    price
FROM purchases
WHERE
    purchase_month >= trunc(:window_start, 'MONTH')
    AND purchase_month < :as_of
    AND purchased_at >= :window_start
    AND purchased_at < :as_of
    AND price > :min_price
