-- The customers of a table that is summed up, with how often they bought.
-- Grain: one row per customer, as of a date.
-- Reads: customer_segments
-- Params: none
-- Note: who came back, and after how long, cannot be told: the days of earlier orders are not known, and two orders may
--   have been on one day.
SELECT
    segment,
    recency_days,
    frequency,
    monetary,
    orders,
    orders = 1 AS bought_once,
    cast(NULL AS BOOLEAN) AS came_back,
    cast(NULL AS INT) AS days_to_return
FROM customer_segments
