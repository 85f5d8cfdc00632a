-- The movements of the month and of the eleven months before, as the shop has released them.
-- Grain: one row per month and movement.
-- Reads: segment_movement, earlier_segment_movement
-- Params: none
-- Note: earlier_segment_movement is empty where the shop has released none of those months.
SELECT
    as_of_date,
    movement,
    customers,
    monetary
FROM segment_movement
UNION ALL
SELECT
    as_of_date,
    movement,
    customers,
    monetary
FROM earlier_segment_movement
