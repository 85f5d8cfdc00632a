-- The order lines, typed.
-- Grain: one row per accepted line of the order files.
-- Reads: order_lines
-- Params: none
-- Note: equal lines stay: two of the same item in one order are often two equal lines.
SELECT
    user_id,
    user_key,
    order_id,
    parent_asin,
    product_name,
    main_category,
    ordered_at,
    quantity,
    unit_price,
    amount,
    refunded,
    is_return,
    is_return AND subtract_returns AS is_subtracted
FROM order_lines
WHERE refused IS NULL AND skipped IS NULL
