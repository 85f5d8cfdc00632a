-- No id is a number that a spreadsheet has cut short, such as 1.5E+18.
-- Grain: one row.
-- Reads: orders
-- Params: none
-- Level: warn
-- Of: orders
SELECT
    count(*) AS figure,
    count(*) = 0 AS passed,
    CASE
        WHEN count(*) = 0 THEN 'no id is written with an exponent.'
        ELSE concat(
            count(*), ' lines have an id such as ', min(CASE WHEN is_customer THEN user_id ELSE order_id END),
            ': a spreadsheet has cut it short, and different ids have become one. Export the ids as texts.'
        )
    END AS message
FROM (
    SELECT
        user_id,
        order_id,
        regexp_like(user_id, '^[0-9]([.,][0-9]+)?[eE][+]?[0-9]+$') AS is_customer
    FROM orders
    WHERE
        regexp_like(user_id, '^[0-9]([.,][0-9]+)?[eE][+]?[0-9]+$')
        OR regexp_like(order_id, '^[0-9]([.,][0-9]+)?[eE][+][0-9]+$')
) AS cut_short
