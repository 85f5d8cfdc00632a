-- Recency, frequency, spend and orders of each customer, also of those whose returns took all they spent.
-- Grain: one row per customer with a purchase or a return that counts.
-- Reads: window_purchases
-- Params: as_of date: recency counts the days up to it; a purchase on the day before gives 1
--   frequency_counts string: orders, days or lines
-- Figures: customers_without_spend = count_if((frequency > 0 AND monetary > 0) IS NOT TRUE)
-- Note: a negative price is a return: it takes from the spend, and is no purchase. A purchase without an order's id
--   is an order of its own. Days are UTC.
SELECT
    user_id,
    datediff(:as_of, cast(max(purchased_at) FILTER (WHERE price > 0) AS DATE)) AS recency_days,
    CASE :frequency_counts
        WHEN 'orders'
            THEN count(DISTINCT CASE WHEN price > 0 THEN order_id END) + count_if(price > 0 AND order_id IS NULL)
        WHEN 'days' THEN count(DISTINCT CASE WHEN price > 0 THEN cast(purchased_at AS DATE) END)
        WHEN 'lines' THEN count_if(price > 0)
    END AS frequency,
    cast(sum(price) AS DECIMAL(18, 2)) AS monetary,
    count(DISTINCT CASE WHEN price > 0 THEN order_id END) + count_if(price > 0 AND order_id IS NULL) AS orders
FROM window_purchases
GROUP BY user_id
