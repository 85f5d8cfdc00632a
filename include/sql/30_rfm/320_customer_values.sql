-- Recency, frequency, spend and orders of each customer who counts.
-- Grain: one row per customer with a purchase that counts, and with spend above zero or free orders only.
-- Reads: customer_totals
-- Params: none
-- Cache: the counts and the scores both read it
SELECT
    user_id,
    recency_days,
    frequency,
    monetary,
    orders
FROM customer_totals
WHERE frequency > 0 AND (monetary > 0 OR only_free)
