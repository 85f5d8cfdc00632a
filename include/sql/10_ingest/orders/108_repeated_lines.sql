-- The lines that stand in an earlier file too, where the mapping says to drop them.
-- Grain: one row per line to drop.
-- Reads: raw_orders
-- Params: none
-- Note: two equal lines in one file are two of the same item, so as many stay as the file has that holds the most.
WITH numbered AS (
    SELECT
        file,
        place,
        user_id,
        order_id,
        parent_asin,
        product_name,
        main_category,
        ordered_at,
        quantity,
        unit_price,
        amount,
        refunded,
        row_number() OVER (
            PARTITION BY
                file, user_id, order_id, parent_asin, product_name, main_category, ordered_at, quantity, unit_price,
                amount, refunded
            ORDER BY place
        ) AS copy
    FROM raw_orders
    WHERE drops_equal_lines AND time_fault IS NULL AND amount_fault IS NULL AND NOT is_broken
),

ranked AS (
    SELECT
        file,
        place,
        row_number() OVER (
            PARTITION BY
                copy, user_id, order_id, parent_asin, product_name, main_category, ordered_at, quantity, unit_price,
                amount, refunded
            ORDER BY file
        ) AS files_before
    FROM numbered
)

SELECT
    file,
    place
FROM ranked
WHERE files_before > 1
