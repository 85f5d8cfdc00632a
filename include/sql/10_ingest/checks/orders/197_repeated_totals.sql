-- The amounts are of lines, and not the order's total on each of its lines.
-- Grain: one row.
-- Reads: orders
-- Params: none
-- Level: warn
-- Of: orders
WITH of_several_lines AS (
    SELECT
        order_id,
        min(amount) = max(amount) AS is_same
    FROM orders
    WHERE order_id IS NOT NULL AND unit_price IS NULL AND amount > 0
    GROUP BY order_id
    HAVING count(*) > 1
),

counts AS (
    SELECT
        count(*) AS several,
        count_if(is_same) AS same
    FROM of_several_lines
)

SELECT
    same AS figure,
    same < 5 OR same < 0.9 * several AS passed,
    CASE
        WHEN same >= 5 AND same >= 0.9 * several
            THEN concat(
                'of ', several, ' orders with several lines ', same, ' have the same amount on each line: if that is ',
                'what the whole order came to, name its column under order_level in the mapping.'
            )
        ELSE 'the amounts of an order differ from line to line.'
    END AS message
FROM counts
