-- No order's id stands for orders of several customers or days.
-- Grain: one row.
-- Reads: order_id_profile
-- Params: none
-- Level: warn
-- Of: orders
SELECT
    shared AS figure,
    shared = 0 AS passed,
    CASE
        WHEN shared = 0 THEN 'each order id is of one customer and one day.'
        ELSE concat(
            with_customers, ' order ids have several customers and ', with_days, ' several days, such as ', shared_id,
            '. If an id is used again, frequency counts too few orders: take order out of the mapping, or count days ',
            'with FREQUENCY_COUNTS=days.'
        )
    END AS message
FROM order_id_profile
