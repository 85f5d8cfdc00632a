-- The order lines with what they add to the customer's spend, or why they count for nothing.
-- Grain: one row per line of orders.
-- Reads: orders
-- Params: excluded_categories array<string>: lines of these main categories are left out
--   keep_unknown_category boolean: whether lines without a main category stay
-- Figures: order_lines = count(*)
--   returns_ignored = count_if(left_out = 'return')
--   returns_subtracted = count_if(left_out IS NULL AND is_return)
--   negative_lines_dropped = count_if(left_out = 'negative')
--   order_lines_dropped = count_if(left_out = 'category')
-- Note: a return that is subtracted has a negative price, whatever its sign in the file. A negative line that is no
--   return by the mapping counts for nothing.
SELECT
    user_id,
    order_id,
    parent_asin,
    product_name,
    main_category,
    ordered_at,
    is_return,
    CASE WHEN is_return THEN -abs(amount) ELSE amount END AS price,
    CASE
        WHEN main_category IS NULL AND NOT :keep_unknown_category THEN 'category'
        WHEN array_contains(cast(:excluded_categories AS ARRAY<STRING>), main_category) THEN 'category'
        WHEN is_return AND NOT is_subtracted THEN 'return'
        WHEN NOT is_return AND amount < 0 THEN 'negative'
    END AS left_out
FROM orders
