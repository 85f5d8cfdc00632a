-- Size and averages of each cluster.
-- Grain: one row per cluster.
-- Reads: assigned_customers
-- Params: none
SELECT
    cluster,
    label,
    count(*) AS customers,
    count(*) / sum(count(*)) OVER () AS share,
    round(sum(recency_days) / count(*), 4) AS avg_recency_days,
    round(sum(frequency) / count(*), 4) AS avg_frequency,
    cast(sum(monetary) / count(*) AS DECIMAL(18, 2)) AS avg_monetary,
    sum(monetary) AS total_monetary
FROM assigned_customers
GROUP BY cluster, label
