-- No id is a number that a spreadsheet has cut short, such as 1.5E+18.
-- Grain: one row.
-- Reads: order_customers
-- Params: none
-- Level: warn
-- Of: given_customers
SELECT
    count(*) AS figure,
    count(*) = 0 AS passed,
    CASE
        WHEN count(*) = 0 THEN 'no id is written with an exponent.'
        ELSE concat(
            count(*), ' customers have an id such as ', min(user_id),
            ': a spreadsheet has cut it short, and different ids may have become one. Export the ids as texts.'
        )
    END AS message
FROM order_customers
WHERE regexp_like(user_id, '^[0-9]([.,][0-9]+)?[eE][+]?[0-9]+$')
