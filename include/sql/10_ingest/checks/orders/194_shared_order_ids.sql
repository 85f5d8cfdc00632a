-- No order's id stands for orders of several customers or days.
-- Grain: one row.
-- Reads: orders
-- Params: time_zone string: the shop's, by whose calendar the days go
-- Level: warn
-- Of: orders
-- Note: returns are left out, because they often name the order that they take back.
WITH ids AS (
    SELECT
        order_id,
        min(user_id) <> max(user_id) AS of_several,
        cast(from_utc_timestamp(min(ordered_at), :time_zone) AS DATE)
        <> cast(from_utc_timestamp(max(ordered_at), :time_zone) AS DATE) AS on_several
    FROM orders
    WHERE order_id IS NOT NULL AND NOT is_return
    GROUP BY order_id
)

SELECT
    count(*) AS figure,
    count(*) = 0 AS passed,
    CASE
        WHEN count(*) = 0 THEN 'each order id is of one customer and one day.'
        ELSE concat(
            count_if(of_several), ' order ids have several customers and ', count_if(on_several),
            ' several days, such as ', min(order_id), '. If an id is used again, frequency counts too few orders: ',
            'take order out of the mapping, or count days with FREQUENCY_COUNTS=days.'
        )
    END AS message
FROM ids
WHERE of_several OR on_several
