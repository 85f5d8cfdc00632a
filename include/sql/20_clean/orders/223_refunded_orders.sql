-- The orders that were refunded in full: they count for nothing.
-- Grain: one row per customer and order id.
-- Reads: orders
-- Params: none
-- Note: only orders with a refund are added up, so files without refunds cost no more than a look.
WITH touched AS (
    SELECT DISTINCT
        user_id,
        order_id
    FROM orders
    WHERE refunded IS NOT NULL AND order_id IS NOT NULL
)

SELECT
    orders.user_id,
    orders.order_id AS refunded_order_id
FROM orders
INNER JOIN touched ON orders.user_id = touched.user_id AND orders.order_id = touched.order_id
GROUP BY orders.user_id, orders.order_id
HAVING sum(CASE WHEN orders.is_return THEN 0 ELSE orders.amount END) <= sum(coalesce(orders.refunded, 0))
