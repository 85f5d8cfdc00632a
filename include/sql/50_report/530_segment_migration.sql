-- Who moved from which segment to which since the month before.
-- Grain: one row per segment then and segment now.
-- Reads: customer_segments, segments_before
-- Params: none
-- Note: a customer who was in no segment then is `new`, one who is in none now is `gone`. The spend is that of
--   now, and of then for those who are gone.
SELECT
    coalesce(before.segment, 'new') AS segment_previous,
    coalesce(now.segment, 'gone') AS segment,
    count(*) AS customers,
    sum(coalesce(now.monetary, before.monetary)) AS monetary
FROM customer_segments AS now
FULL OUTER JOIN segments_before AS before ON now.user_id = before.user_id
GROUP BY coalesce(before.segment, 'new'), coalesce(now.segment, 'gone')
