-- The place of each customer, from 1, in the three orders that ntile(5) cuts.
-- Grain: one row per customer.
-- Reads: customer_values, group_starts
-- Params: none
-- Note: the orders are those that the first notebooks had in effect: recency by days descending; frequency
--   ascending, ties by days descending; monetary ascending, ties by the frequency order. The user_id decides last.
WITH count_of_all AS (
    SELECT count(*) AS customers FROM customer_values
)

SELECT
    customer.user_id,
    customer.recency_days,
    customer.frequency,
    customer.monetary,
    customer.orders,
    recency.customers_before + row_number() OVER (
        PARTITION BY customer.recency_days ORDER BY customer.user_id
    ) AS recency_rank,
    frequency.customers_before + row_number() OVER (
        PARTITION BY customer.frequency, customer.recency_days ORDER BY customer.user_id
    ) AS frequency_rank,
    monetary.customers_before + row_number() OVER (
        PARTITION BY customer.monetary
        ORDER BY customer.frequency ASC, customer.recency_days DESC, customer.user_id ASC
    ) AS monetary_rank,
    count_of_all.customers
FROM customer_values AS customer
INNER JOIN group_starts AS recency
    ON recency.metric = 'recency' AND customer.recency_days = recency.recency_days
INNER JOIN group_starts AS frequency
    ON
        frequency.metric = 'frequency'
        AND customer.frequency = frequency.value
        AND customer.recency_days = frequency.recency_days
INNER JOIN group_starts AS monetary
    ON monetary.metric = 'monetary' AND customer.monetary = monetary.value
CROSS JOIN count_of_all
