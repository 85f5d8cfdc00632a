-- What the ids of orders stand for, for the checks: how many have several customers, days, or lines with one amount.
-- Grain: one row.
-- Reads: orders
-- Params: time_zone string: the shop's, by whose calendar the days go
-- Cache: two checks read it, and the lines are many
-- Note: returns are left out of customers and days, because they often name the order that they take back. Hashes
--   of ids, because Spark would sort all lines for the least of texts.
WITH ids AS (
    SELECT
        order_id,
        coalesce(
            min(CASE WHEN NOT is_return THEN xxhash64(user_id) END)
            <> max(CASE WHEN NOT is_return THEN xxhash64(user_id) END), FALSE
        ) AS of_several,
        coalesce(
            cast(from_utc_timestamp(min(CASE WHEN NOT is_return THEN ordered_at END), :time_zone) AS DATE)
            <> cast(from_utc_timestamp(max(CASE WHEN NOT is_return THEN ordered_at END), :time_zone) AS DATE), FALSE
        ) AS on_several,
        count(CASE WHEN unit_price IS NULL AND amount > 0 THEN 1 END) AS priced_lines,
        min(CASE WHEN unit_price IS NULL AND amount > 0 THEN amount END) AS lowest,
        max(CASE WHEN unit_price IS NULL AND amount > 0 THEN amount END) AS highest
    FROM orders
    WHERE order_id IS NOT NULL
    GROUP BY order_id
)

SELECT
    count_if(of_several) AS with_customers,
    count_if(on_several) AS with_days,
    count_if(of_several OR on_several) AS shared,
    min(CASE WHEN of_several OR on_several THEN order_id END) AS shared_id,
    count_if(priced_lines > 1) AS with_lines,
    count_if(priced_lines > 1 AND lowest = highest) AS with_one_amount
FROM ids
