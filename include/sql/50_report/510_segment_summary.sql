-- The segments with their customers and spend, and the change since the month before.
-- Grain: one row per segment of the map, also where it has no customers.
-- Reads: segments, customer_rfm, previous_customer_rfm
-- Params: none
-- Note: customers_previous and change are null where the month before has no customers at all.
WITH now AS (
    SELECT
        segment,
        count(*) AS customers,
        sum(recency_days) AS recency_days,
        sum(frequency) AS frequency,
        sum(monetary) AS monetary
    FROM customer_rfm
    GROUP BY segment
),

before AS (
    SELECT
        segment,
        count(*) AS customers
    FROM previous_customer_rfm
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
    END AS change
FROM segments
LEFT JOIN now ON segments.segment = now.segment
LEFT JOIN before ON segments.segment = before.segment
CROSS JOIN totals
