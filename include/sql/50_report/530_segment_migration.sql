-- Who moved from which segment to which since the month before.
-- Grain: one row per segment then and segment now.
-- Reads: moves_counted
-- Params: none
SELECT
    segment_previous,
    segment,
    sum(customers) AS customers,
    sum(monetary) AS monetary
FROM moves_counted
GROUP BY segment_previous, segment
