-- The customers of a table that has one row for each, typed.
-- Grain: one row per accepted row of the customer files; a check refuses a customer with several.
-- Reads: customer_rows
-- Params: none
SELECT
    user_id,
    last_order_at,
    order_count AS orders,
    amount
FROM customer_rows
WHERE refused IS NULL AND skipped IS NULL
