-- The movement holds all customers of now and all of the month before, each once.
-- Grain: one row.
-- Reads: segment_movement, customer_segments, segments_before
-- Params: none
-- Level: fail
-- Of: segment_movement
WITH moved AS (
    SELECT
        coalesce(sum(customers) FILTER (WHERE movement <> 'gone'), 0) AS now,
        coalesce(sum(customers) FILTER (WHERE movement NOT IN ('new', 'returned')), 0) AS before
    FROM segment_movement
),

everyone AS (
    SELECT
        (SELECT count(*) FROM customer_segments) AS now,
        (SELECT count(*) FROM segments_before) AS before
)

SELECT
    moved.now AS figure,
    everyone.before = 0 OR (moved.now = everyone.now AND moved.before = everyone.before) AS passed,
    concat(
        'The movement holds ', moved.now, ' of ', everyone.now, ' customers of now and ', moved.before, ' of ',
        everyone.before, ' of the month before; it must be all of both.'
    ) AS message
FROM moved
CROSS JOIN everyone
