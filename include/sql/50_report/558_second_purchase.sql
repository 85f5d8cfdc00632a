-- How many came back after their first basket, and after how long, by the segment that the first basket made.
-- Grain: one row per segment of a first basket and number of days (30, 90, 180, 365).
-- Reads: first_purchases, rfm_edges, segment_cells
-- Params: as_of date: what happens from this day on is not known yet
--   bins int: how many scores each metric has
--   bins_closed string: left, a basket on an edge is in the bin above it, or right, in the bin below
-- Note: the segment is the one of a customer who has just bought for the first time: the best score of recency, the
--   lowest of frequency, and of spend the score of the basket by this month's edges. Only those count whose first
--   purchase is so many days past, so that all had the same time. First means first in all data; again means on a
--   later day. Whoever has been known for as long, and took as long to come back, is counted together first: beyond a
--   year, both are as good as a year and never.
WITH limits AS (
    SELECT explode(array(30, 90, 180, 365)) AS days
),

leasts AS (
    SELECT
        score,
        coalesce(lower, cast(-1 AS DECIMAL(18, 2))) AS least
    FROM rfm_edges
    WHERE metric = 'monetary' AND (customers > 0 OR lower IS NULL)
),

edges AS (
    SELECT
        score,
        least,
        lead(least) OVER (ORDER BY least ASC, score ASC) AS next_least
    FROM leasts
),

baskets AS (
    SELECT /*+ BROADCAST(edges) */ -- noqa: CP03
        coalesce(edges.score, 1) AS m_score,
        least(datediff(:as_of, first_purchases.first_day) - 1, 365) AS days_seen,
        CASE
            WHEN
                first_purchases.second_day < :as_of
                AND datediff(first_purchases.second_day, first_purchases.first_day) <= 365
                THEN datediff(first_purchases.second_day, first_purchases.first_day)
        END AS days_to_return
    FROM first_purchases
    LEFT JOIN edges
        ON
            CASE :bins_closed
                WHEN 'left'
                    THEN
                        first_purchases.first_amount >= edges.least
                        AND (edges.next_least IS NULL OR first_purchases.first_amount < edges.next_least)
                ELSE
                    first_purchases.first_amount > edges.least
                    AND (edges.next_least IS NULL OR first_purchases.first_amount <= edges.next_least)
            END
    WHERE first_purchases.first_day < :as_of
),

alike AS (
    SELECT
        m_score,
        days_seen,
        days_to_return,
        count(*) AS customers
    FROM baskets
    GROUP BY m_score, days_seen, days_to_return
),

counted AS (
    SELECT
        alike.m_score,
        limits.days,
        alike.days_to_return,
        alike.customers
    FROM alike
    INNER JOIN limits ON alike.days_seen >= limits.days
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
