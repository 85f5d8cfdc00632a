-- What an order says once for all of its lines: its customer, its time, whether it is wanted, where its amount stands.
-- Grain: one row per file and order id, where the mapping or a line without an amount makes it matter; else none.
-- Reads: raw_orders
-- Params: none
-- Note: the columns that begin with amount_ and refund_ are the numbers of the first rows with something in those
--   cells. Of each other column the first row that has a value counts.
SELECT
    file,
    order_id,
    min_by(user_id, place) FILTER (WHERE user_id IS NOT NULL) AS whole_user_id,
    min_by(user_key, place) FILTER (WHERE user_id IS NOT NULL) AS whole_user_key,
    min_by(ordered_at, place) FILTER (WHERE ordered_at IS NOT NULL) AS whole_ordered_at,
    min_by(filtered, place) FILTER (WHERE filtered IS NOT NULL) AS whole_filtered,
    min(place) FILTER (WHERE NOT amount_is_blank) AS amount_place,
    min(place) FILTER (WHERE refunded IS NOT NULL) AS refund_place
FROM raw_orders
WHERE looks_at_orders AND order_id IS NOT NULL AND NOT is_broken
GROUP BY file, order_id
