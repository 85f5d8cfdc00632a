-- The three scores of each customer by edges: equal values always share a score.
-- Grain: one row per customer.
-- Reads: customer_values, edge_values
-- Params: bins int: how many scores each metric has
-- Note: bins are half-open, a value on an edge belongs to the bin above. Few days since the last purchase are
--   good, so the recency score counts down.
WITH edges AS (
    SELECT
        collect_list(value) FILTER (WHERE metric = 'recency') AS recency,
        collect_list(value) FILTER (WHERE metric = 'frequency') AS frequency,
        collect_list(value) FILTER (WHERE metric = 'monetary') AS monetary
    FROM edge_values
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
