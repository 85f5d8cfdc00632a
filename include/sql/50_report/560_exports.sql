-- The customers of each segment, and those who have moved into a segment at risk, as lists to work with.
-- Grain: one row per list and customer.
-- Reads: customer_rfm, previous_customer_rfm, segment_lists
-- Params: as_of date: a recency of one day means that the last purchase was on the day before
-- Note: a list of `only_moved` leaves out those who were in the segment the month before, or in none.
SELECT
    now.user_id,
    now.segment,
    before.segment AS segment_previous,
    now.r_score,
    now.f_score,
    now.m_score,
    now.rfm_score,
    now.recency_days,
    now.frequency,
    now.monetary,
    date_sub(:as_of, now.recency_days) AS last_purchase,
    now.orders,
    cast(now.monetary / now.orders AS DECIMAL(18, 2)) AS avg_order_value,
    segment_lists.list
FROM customer_rfm AS now
LEFT JOIN previous_customer_rfm AS before ON now.user_id = before.user_id
INNER JOIN segment_lists
    ON now.segment = segment_lists.segment AND (NOT segment_lists.only_moved OR now.segment <> before.segment)
