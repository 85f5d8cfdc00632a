-- The three scores of each customer by ntile(5), as the first notebooks gave them.
-- Grain: one row per customer.
-- Reads: customer_ranks
-- Params: none
-- Cache: the bins read it too
-- Note: tile of rank p among n in five: the first n % 5 tiles hold one customer more than the others.
WITH sizes AS (
    SELECT
        user_id,
        recency_days,
        frequency,
        monetary,
        orders,
        recency_rank,
        frequency_rank,
        monetary_rank,
        customers DIV 5 AS small_tile,
        customers % 5 AS large_tiles,
        (customers DIV 5 + 1) * (customers % 5) AS in_large_tiles
    FROM customer_ranks
)

SELECT
    user_id,
    recency_days,
    frequency,
    monetary,
    orders,
    cast(
        CASE
            WHEN recency_rank <= in_large_tiles THEN (recency_rank - 1) DIV (small_tile + 1) + 1
            ELSE large_tiles + (recency_rank - in_large_tiles - 1) DIV small_tile + 1
        END AS INT
    ) AS r_score,
    cast(
        CASE
            WHEN frequency_rank <= in_large_tiles THEN (frequency_rank - 1) DIV (small_tile + 1) + 1
            ELSE large_tiles + (frequency_rank - in_large_tiles - 1) DIV small_tile + 1
        END AS INT
    ) AS f_score,
    cast(
        CASE
            WHEN monetary_rank <= in_large_tiles THEN (monetary_rank - 1) DIV (small_tile + 1) + 1
            ELSE large_tiles + (monetary_rank - in_large_tiles - 1) DIV small_tile + 1
        END AS INT
    ) AS m_score
FROM sizes
