-- For how many months customers have been in their segments, and had been in those that they have left.
-- Grain: one row per segment, months, and whether the stay has ended.
-- Reads: customer_rfm, previous_customer_rfm
-- Params: as_of date: up to when a stay is counted
-- Note: previous_customer_rfm is the month before as the shop has released it, or empty where it has not. A stay that
--   began with the shop's first release may be longer: that is as far back as anyone can look. 0 months: came since.
WITH stays AS (
    SELECT
        segment,
        segment_since,
        FALSE AS ended
    FROM customer_rfm
    UNION ALL
    SELECT
        before.segment,
        before.segment_since,
        TRUE AS ended
    FROM previous_customer_rfm AS before
    LEFT JOIN customer_rfm ON before.user_id = customer_rfm.user_id
    WHERE coalesce(customer_rfm.segment, 'gone') <> before.segment
)

SELECT
    segment,
    12 * (year(:as_of) - year(segment_since)) + month(:as_of) - month(segment_since) AS months,
    ended,
    count(*) AS customers
FROM stays
GROUP BY segment, 12 * (year(:as_of) - year(segment_since)) + month(:as_of) - month(segment_since), ended
