-- Recency, frequency and spend of each customer.
-- Grain: one row per customer with a purchase that counts.
-- Reads: window_purchases
-- Params: as_of date: recency counts the days up to it; a purchase on the day before gives 1
-- Cache: the counts and the scores both read it
SELECT
    user_id,
    datediff(:as_of, cast(max(purchased_at) AS DATE)) AS recency_days,
    count(*) AS frequency,
    cast(sum(price) AS DECIMAL(18, 2)) AS monetary
FROM window_purchases
GROUP BY user_id
