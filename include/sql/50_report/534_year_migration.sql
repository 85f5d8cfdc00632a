-- Where the customers of each segment a year ago are now, and where those of now were.
-- Grain: one row per segment then and segment now; none where the shop has not released the month a year ago.
-- Reads: customer_segments, year_ago_customer_rfm
-- Params: none
-- Note: a customer who was in no segment then is `new`, one who is in none now is `gone`. The spend is that of now, and
--   of then for those who are gone.
SELECT
    coalesce(before.segment, 'new') AS segment_year_ago,
    coalesce(now.segment, 'gone') AS segment,
    count(*) AS customers,
    sum(coalesce(now.monetary, before.monetary)) AS monetary
FROM customer_segments AS now
FULL OUTER JOIN year_ago_customer_rfm AS before ON now.user_id = before.user_id
WHERE EXISTS (SELECT 1 FROM year_ago_customer_rfm)
GROUP BY coalesce(before.segment, 'new'), coalesce(now.segment, 'gone')
