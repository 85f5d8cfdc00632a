-- The order lines that count, each with its amount as the price.
-- Grain: one row per order line; equal lines are kept, because two of the same item are two lines.
-- Reads: judged_orders
-- Params: time_zone string: the shop's, by whose calendar the months go
-- Figures: first_purchase = cast(min(purchased_at) AS STRING)
--   last_purchase = cast(max(purchased_at) AS STRING)
-- Note: purchased_at is an instant; its day is the shop's. A return that is
--   subtracted comes along with a negative price.
SELECT
    user_id,
    order_id,
    parent_asin,
    product_name,
    main_category,
    ordered_at AS purchased_at,
    cast(NULL AS DOUBLE) AS rating,
    cast(NULL AS BIGINT) AS helpful_vote,
    price,
    cast(trunc(from_utc_timestamp(ordered_at, :time_zone), 'MONTH') AS DATE) AS purchase_month
FROM judged_orders
WHERE left_out IS NULL
