-- The order lines that count, each with its amount as the price.
-- Grain: one row per order line; equal lines are kept, because two of the same item are two lines.
-- Reads: judged_orders
-- Params: none
-- Figures: first_purchase = cast(min(purchased_at) AS STRING)
--   last_purchase = cast(max(purchased_at) AS STRING)
-- Note: a return that is subtracted comes along with a negative price.
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
    cast(trunc(ordered_at, 'MONTH') AS DATE) AS purchase_month
FROM judged_orders
WHERE left_out IS NULL
