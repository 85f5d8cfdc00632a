-- Recency, frequency and spend of each customer of a table that is summed up, also of those without spend.
-- Grain: one row per customer of the table whose last order was before the as-of date.
-- Reads: dated_customers
-- Params: as_of date: recency counts the days up to it; a last order on the day before gives 1
--   counts_free_orders boolean: whether a customer may have an amount of 0
-- Figures: customers_without_spend = count_if((frequency > 0 AND (monetary > 0 OR only_free)) IS NOT TRUE)
SELECT
    user_id,
    datediff(:as_of, last_order_on) AS recency_days,
    orders AS frequency,
    amount AS monetary,
    amount = 0 AND :counts_free_orders AS only_free,
    orders
FROM dated_customers
WHERE NOT is_late
