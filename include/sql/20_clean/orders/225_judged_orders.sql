-- The order lines with what they add to the customer's spend, or why they count for nothing.
-- Grain: one row per line of orders.
-- Reads: orders, refunded_orders
-- Params: excluded_categories array<string>: lines of these main categories are left out
--   keep_unknown_category boolean: whether lines without a main category stay
--   counts_free_orders boolean: whether a price of 0 counts, so that a return of 0 must not
-- Figures: order_lines = count(*)
--   returns_ignored = count_if(left_out = 'return')
--   returns_subtracted = count_if(left_out IS NULL AND is_return)
--   refunded_lines = count_if(left_out = 'refunded')
--   partly_refunded_lines = count_if(left_out IS NULL AND refunded IS NOT NULL)
--   free_lines = count_if(left_out IS NULL AND price = 0)
--   negative_lines_dropped = count_if(left_out = 'negative')
--   order_lines_dropped = count_if(left_out = 'category')
-- Note: a return that is subtracted has a negative price, whatever its sign in the file. A refund takes from the line
--   it stands on, which may come to be negative: what other lines of the order bring stays. A negative line that is no
--   return by the mapping counts for nothing.
SELECT
    orders.user_id,
    order_id,
    parent_asin,
    product_name,
    main_category,
    ordered_at,
    is_return,
    refunded,
    cast(CASE WHEN is_return THEN -abs(amount) ELSE amount - coalesce(refunded, 0) END AS DECIMAL(18, 2)) AS price,
    CASE
        WHEN main_category IS NULL AND NOT :keep_unknown_category THEN 'category'
        WHEN array_contains(cast(:excluded_categories AS ARRAY<STRING>), main_category) THEN 'category'
        WHEN is_return AND (NOT is_subtracted OR (amount = 0 AND :counts_free_orders)) THEN 'return'
        WHEN NOT is_return AND amount < 0 THEN 'negative'
        WHEN refunded_order_id IS NOT NULL THEN 'refunded'
        WHEN order_id IS NULL AND refunded >= amount THEN 'refunded'
    END AS left_out
FROM orders
LEFT JOIN refunded_orders
    ON orders.user_id = refunded_orders.user_id AND orders.order_id = refunded_orders.refunded_order_id
