-- How many came back after their first basket, and after how long, by the segment that the first basket made.
-- Grain: one row per segment of a first basket and number of days (30, 90, 180, 365).
-- Reads: first_purchases, rfm_edges, segment_cells
-- Params: as_of date: what happens from this day on is not known yet
--   bins int: how many scores each metric has
--   bins_closed string: left, a basket on an edge is in the bin above it, or right, in the bin below
-- Note: the segment is the one of a customer who has just bought for the first time: the best score of recency, the
--   lowest of frequency, and of spend the score of the basket by this month's edges. Only those count whose first
--   purchase is so many days past, so that all had the same time. First means first in all data; again means on a
--   later day.
WITH limits AS (
    SELECT explode(array(30, 90, 180, 365)) AS days
),

edges AS (
    SELECT collect_list(named_struct('score', score, 'least', coalesce(lower, cast(-1 AS DECIMAL(18, 2))))) AS spend
    FROM rfm_edges
    WHERE metric = 'monetary' AND (customers > 0 OR lower IS NULL)
),

baskets AS (
    SELECT /*+ BROADCAST(edges) */ -- noqa: CP03
        first_purchases.first_day,
        CASE
            WHEN first_purchases.second_day < :as_of
                THEN datediff(first_purchases.second_day, first_purchases.first_day)
        END AS days_to_return,
        coalesce(
            array_max(
                transform(
                    filter(
                        edges.spend,
                        one -> one.least + CASE :bins_closed WHEN 'left' THEN 0.00 ELSE 0.01 END
                        <= first_purchases.first_amount
                    ),
                    one -> one.score
                )
            ),
            1
        ) AS m_score
    FROM first_purchases
    CROSS JOIN edges
    WHERE first_purchases.first_day < :as_of
),

counted AS (
    SELECT
        baskets.m_score,
        limits.days,
        baskets.days_to_return,
        count(*) AS customers
    FROM baskets
    INNER JOIN limits ON datediff(:as_of, baskets.first_day) - 1 >= limits.days
    GROUP BY baskets.m_score, limits.days, baskets.days_to_return
)

SELECT
    segment_cells.segment,
    counted.days,
    sum(counted.customers) AS customers,
    coalesce(sum(counted.customers) FILTER (WHERE counted.days_to_return <= counted.days), 0) AS came_back,
    percentile(
        CASE WHEN counted.days_to_return <= counted.days THEN counted.days_to_return END, 0.5D, counted.customers
    ) AS median_days
FROM counted
INNER JOIN segment_cells ON concat(:bins, 1, counted.m_score) = segment_cells.cell
GROUP BY segment_cells.segment, counted.days
