-- The customers of the order lines, for the checks: how their ids are written, lines and amounts.
-- Grain: one row per customer.
-- Reads: orders
-- Params: none
-- Cache: four checks read it, and the lines are many
-- Note: an id has one key, so grouping by both makes no more rows; the largest key would have to be sorted for.
SELECT
    user_id,
    user_key,
    count(*) AS lines,
    sum(CASE WHEN is_return OR amount < 0 THEN 0 ELSE amount END) AS spend
FROM orders
GROUP BY user_id, user_key
