-- Who moved from which segment to which since the month before, and whether that is up or down.
-- Grain: one row per segment then, segment now and movement.
-- Reads: customer_segments, segments_before, first_purchases
-- Params: as_of date: who bought on no day before the day a month earlier is new
-- Cache: the migration and the movement both read it
-- Note: a customer who was in no segment then is `new`, one who is in none now is `gone`. Of those who changed their
--   segment, who has a higher sum of scores than then rose, and who has a lower one fell. Who was in no segment then
--   and had bought before returned. The spend is that of now, and of then for those who are gone.
SELECT
    coalesce(before.segment, 'new') AS segment_previous,
    coalesce(now.segment, 'gone') AS segment,
    CASE
        WHEN now.user_id IS NULL THEN 'gone'
        WHEN before.user_id IS NULL AND first_purchases.first_day < add_months(:as_of, -1) THEN 'returned'
        WHEN before.user_id IS NULL THEN 'new'
        WHEN now.segment = before.segment THEN 'stayed'
        WHEN now.r_score + now.f_score + now.m_score > before.score_sum THEN 'rose'
        WHEN now.r_score + now.f_score + now.m_score < before.score_sum THEN 'fell'
        ELSE 'moved'
    END AS movement,
    count(*) AS customers,
    sum(coalesce(now.monetary, before.monetary)) AS monetary
FROM customer_segments AS now
FULL OUTER JOIN segments_before AS before ON now.user_id = before.user_id
LEFT JOIN first_purchases ON now.user_id = first_purchases.user_id
GROUP BY 1, 2, 3
