-- The segments with their customers, spend and orders, who of them bought once and who came back, and the change since
-- the month before.
-- Grain: one row per segment of the map, also where it has no customers.
-- Reads: segments, customer_histories, segments_before
-- Params: none
-- Note: customers_previous and change are null where the month before has no customers at all. The median of days is
--   rounded up to a half. Who came back is null where it is not known: of customers who are summed up.
WITH now AS (
    SELECT
        segment,
        count(*) AS customers,
        sum(recency_days) AS recency_days,
        sum(frequency) AS frequency,
        sum(monetary) AS monetary,
        sum(orders) AS orders,
        count_if(bought_once) AS bought_once,
        sum(monetary) FILTER (WHERE bought_once) AS monetary_once,
        CASE WHEN count(came_back) > 0 THEN count_if(came_back) END AS came_back,
        sum(monetary) FILTER (WHERE came_back) AS monetary_came_back,
        percentile(days_to_return, 0.5D) AS median_days_to_return
    FROM customer_histories
    GROUP BY segment
),

before AS (
    SELECT
        segment,
        count(*) AS customers
    FROM segments_before
    GROUP BY segment
),

totals AS (
    SELECT
        (SELECT sum(customers) FROM now) AS customers,
        (SELECT sum(monetary) FROM now) AS monetary,
        (SELECT sum(customers) FROM before) AS customers_before
)

SELECT
    segments.segment,
    segments.segment_group,
    coalesce(now.customers, 0) AS customers,
    coalesce(now.customers, 0) / totals.customers AS share,
    round(now.recency_days / now.customers, 4) AS avg_recency_days,
    round(now.frequency / now.customers, 4) AS avg_frequency,
    cast(now.monetary / now.customers AS DECIMAL(18, 2)) AS avg_monetary,
    coalesce(now.monetary, 0) AS total_monetary,
    cast(coalesce(now.monetary, 0) AS DOUBLE) / cast(totals.monetary AS DOUBLE) AS share_of_total,
    CASE WHEN totals.customers_before > 0 THEN coalesce(before.customers, 0) END AS customers_previous,
    CASE
        WHEN totals.customers_before > 0 THEN coalesce(now.customers, 0) - coalesce(before.customers, 0)
    END AS change,
    coalesce(now.orders, 0) AS orders,
    cast(now.monetary / now.orders AS DECIMAL(18, 2)) AS avg_order_value,
    coalesce(now.bought_once, 0) AS bought_once,
    coalesce(now.monetary_once, 0) AS monetary_once,
    CASE WHEN now.customers IS NULL THEN 0 ELSE now.came_back END AS came_back,
    CASE WHEN now.customers IS NULL OR now.came_back IS NOT NULL THEN coalesce(now.monetary_came_back, 0) END
        AS monetary_came_back,
    now.median_days_to_return
FROM segments
LEFT JOIN now ON segments.segment = now.segment
LEFT JOIN before ON segments.segment = before.segment
CROSS JOIN totals
