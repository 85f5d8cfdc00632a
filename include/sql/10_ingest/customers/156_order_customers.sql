-- The customers of the rows, for the checks: how their ids are written, rows and amounts.
-- Grain: one row per customer.
-- Reads: customer_rows
-- Params: none
-- Cache: four checks read it
-- Note: named and laid out as that of order lines, because the same checks read it. A customer has one row, or the run
--   fails.
SELECT
    user_id,
    user_key,
    count(*) AS lines,
    sum(CASE WHEN amount < 0 THEN 0 ELSE amount END) AS spend
FROM customer_rows
WHERE refused IS NULL AND skipped IS NULL
GROUP BY user_id, user_key
