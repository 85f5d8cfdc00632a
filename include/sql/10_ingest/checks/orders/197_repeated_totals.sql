-- The amounts are of lines, and not the order's total on each of its lines.
-- Grain: one row.
-- Reads: order_id_profile
-- Params: none
-- Level: warn
-- Of: orders
SELECT
    with_one_amount AS figure,
    with_one_amount < 5 OR with_one_amount < 0.9 * with_lines AS passed,
    CASE
        WHEN with_one_amount >= 5 AND with_one_amount >= 0.9 * with_lines
            THEN concat(
                'of ', with_lines, ' orders with several lines ', with_one_amount, ' have the same amount on each ',
                'line: if that is what the whole order came to, name its column under order_level in the mapping.'
            )
        ELSE 'the amounts of an order differ from line to line.'
    END AS message
FROM order_id_profile
