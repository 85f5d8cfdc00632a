-- Customers and spend of each pair of recency and frequency score.
-- Grain: one row per recency and frequency score that customers have.
-- Reads: customer_segments
-- Params: none
SELECT
    r_score,
    f_score,
    count(*) AS customers,
    cast(sum(monetary) / count(*) AS DECIMAL(18, 2)) AS avg_monetary
FROM customer_segments
GROUP BY r_score, f_score
