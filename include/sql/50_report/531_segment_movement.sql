-- How many customers stayed, rose, fell, moved sideways, returned, are new and are gone since the month before.
-- Grain: one row per movement, whether anybody moved so or not; none where there was no customer a month before.
-- Reads: moves_counted, segments_before
-- Params: as_of date: the month that is told of
WITH movements AS (
    SELECT explode(array('stayed', 'rose', 'fell', 'moved', 'returned', 'new', 'gone')) AS movement
)

SELECT
    :as_of AS as_of_date,
    movements.movement,
    coalesce(sum(moves_counted.customers), 0) AS customers,
    coalesce(sum(moves_counted.monetary), 0) AS monetary
FROM movements
LEFT JOIN moves_counted ON movements.movement = moves_counted.movement
WHERE EXISTS (SELECT 1 FROM segments_before)
GROUP BY movements.movement
