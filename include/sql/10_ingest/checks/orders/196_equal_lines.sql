-- No line stands in two files.
-- Grain: one row.
-- Reads: order_lines
-- Params: none
-- Level: warn
-- Of: orders
-- Note: two equal lines of one file are two of the same item. Only days that several files have are looked at.
WITH usable AS (
    SELECT
        file,
        user_id,
        order_id,
        parent_asin,
        product_name,
        ordered_at,
        quantity,
        unit_price,
        amount,
        cast(ordered_at AS DATE) AS day
    FROM order_lines
    WHERE several_files AND refused IS NULL AND skipped IS NULL
),

shared_days AS (
    SELECT day AS shared_day
    FROM usable
    GROUP BY day
    HAVING min(file) <> max(file)
),

copies AS (
    SELECT
        file,
        user_id,
        order_id,
        parent_asin,
        product_name,
        ordered_at,
        quantity,
        unit_price,
        amount,
        count(*) AS copies
    FROM usable
    INNER JOIN shared_days ON day = shared_day
    GROUP BY file, user_id, order_id, parent_asin, product_name, ordered_at, quantity, unit_price, amount
),

more AS (
    SELECT
        sum(copies) - max(copies) AS copies_more,
        min(file) AS one,
        max(file) AS other
    FROM copies
    GROUP BY user_id, order_id, parent_asin, product_name, ordered_at, quantity, unit_price, amount
    HAVING count(*) > 1
)

SELECT
    coalesce(sum(copies_more), 0) AS figure,
    count(*) = 0 AS passed,
    CASE
        WHEN count(*) = 0 THEN 'no line stands in two files.'
        ELSE concat(
            sum(copies_more), ' lines stand in another file too, such as in ', min(one), ' and ', min_by(other, one),
            ', and count twice. If the files overlap, say drop_equal_lines: true in the mapping.'
        )
    END AS message
FROM more
