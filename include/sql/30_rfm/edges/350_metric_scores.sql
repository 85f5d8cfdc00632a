-- The three scores of each customer by edges: equal values always share a score.
-- Grain: one row per customer.
-- Reads: customer_values, edge_values
-- Params: bins int: how many scores each metric has
--   bins_closed string: left, a value on an edge is in the bin above it, or right, in the bin below
-- Note: bins are half-open. Few days since the last purchase are good, so the recency score counts down. Values and
--   edges are whole hundredths, so a bin that is closed on the right ends where the next hundredth begins.
WITH starts AS (
    SELECT
        metric,
        value + CASE :bins_closed WHEN 'left' THEN 0.00 ELSE 0.01 END AS start
    FROM edge_values
),

edges AS (
    SELECT
        collect_list(start) FILTER (WHERE metric = 'recency') AS recency,
        collect_list(start) FILTER (WHERE metric = 'frequency') AS frequency,
        collect_list(start) FILTER (WHERE metric = 'monetary') AS monetary
    FROM starts
)

SELECT /*+ BROADCAST(edges) */ -- noqa: CP03
    customer_values.user_id,
    customer_values.recency_days,
    customer_values.frequency,
    customer_values.monetary,
    customer_values.orders,
    :bins - size(filter(edges.recency, edge -> edge <= customer_values.recency_days)) AS r_score,
    1 + size(filter(edges.frequency, edge -> edge <= customer_values.frequency)) AS f_score,
    1 + size(filter(edges.monetary, edge -> edge <= customer_values.monetary)) AS m_score
FROM customer_values
CROSS JOIN edges
