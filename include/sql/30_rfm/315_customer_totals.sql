-- Recency, frequency, spend and orders of each customer, also of those whose returns took all they spent.
-- Grain: one row per customer with a purchase or a return that counts.
-- Reads: window_purchases
-- Params: as_of date: recency counts the days up to it; a purchase on the day before gives 1
--   frequency_counts string: orders, days or lines
--   counts_free_orders boolean: whether a price of 0 is a purchase
-- Figures: customers_without_spend = count_if((frequency > 0 AND (monetary > 0 OR only_free)) IS NOT TRUE)
--   customer_beyond_range = coalesce(max(CASE WHEN monetary IS NULL THEN user_id END), '')
-- Note: a negative price is a return: it takes from the spend, and is no purchase. A purchase without an order's id
--   is an order of its own. monetary is null where the sum is larger than the column can hold; a check refuses that.
WITH counted AS (
    SELECT
        user_id,
        order_id,
        purchased_on,
        price,
        price > 0 OR (price = 0 AND :counts_free_orders) AS is_purchase
    FROM window_purchases
)

SELECT
    user_id,
    datediff(:as_of, max(CASE WHEN is_purchase THEN purchased_on END)) AS recency_days,
    CASE :frequency_counts
        WHEN 'orders'
            THEN count(DISTINCT CASE WHEN is_purchase THEN order_id END) + count_if(is_purchase AND order_id IS NULL)
        WHEN 'days' THEN count(DISTINCT CASE WHEN is_purchase THEN purchased_on END)
        WHEN 'lines' THEN count_if(is_purchase)
    END AS frequency,
    try_cast(sum(price) AS DECIMAL(18, 2)) AS monetary,
    min(price) = 0 AND max(price) = 0 AS only_free,
    count(DISTINCT CASE WHEN is_purchase THEN order_id END) + count_if(is_purchase AND order_id IS NULL) AS orders
FROM counted
GROUP BY user_id
