-- The customers of each segment, and those who have moved into a segment at risk, as lists to work with.
-- Grain: one row per list and customer.
-- Reads: customer_rfm, segment_lists
-- Params: as_of date: a recency of one day means that the last purchase was on the day before
-- Note: a list of `only_moved` leaves out those who were in the segment the month before, or in none.
SELECT
    customer_rfm.user_id,
    customer_rfm.segment,
    customer_rfm.previous_segment AS segment_previous,
    customer_rfm.r_score,
    customer_rfm.f_score,
    customer_rfm.m_score,
    customer_rfm.rfm_score,
    customer_rfm.recency_days,
    customer_rfm.frequency,
    customer_rfm.monetary,
    date_sub(:as_of, customer_rfm.recency_days) AS last_purchase,
    customer_rfm.orders,
    cast(customer_rfm.monetary / customer_rfm.orders AS DECIMAL(18, 2)) AS avg_order_value,
    customer_rfm.previous_segment,
    customer_rfm.segment_since,
    segment_lists.list
FROM customer_rfm
INNER JOIN segment_lists
    ON
        customer_rfm.segment = segment_lists.segment
        AND (NOT segment_lists.only_moved OR customer_rfm.segment <> customer_rfm.previous_segment)
