-- The movements hold all customers of now and all of the month before.
-- Grain: one row.
-- Reads: segment_migration, customer_segments, segments_before
-- Params: none
-- Level: fail
-- Of: segment_migration
WITH moved AS (
    SELECT
        coalesce(sum(customers) FILTER (WHERE segment <> 'gone'), 0) AS now,
        coalesce(sum(customers) FILTER (WHERE segment_previous <> 'new'), 0) AS before
    FROM segment_migration
),

everyone AS (
    SELECT
        (SELECT count(*) FROM customer_segments) AS now,
        (SELECT count(*) FROM segments_before) AS before
)

SELECT
    moved.now AS figure,
    moved.now = everyone.now AND moved.before = everyone.before AS passed,
    concat(
        'The movements hold ', moved.now, ' of ', everyone.now, ' customers of now and ', moved.before, ' of ',
        everyone.before, ' of the month before; it must be all of both.'
    ) AS message
FROM moved
CROSS JOIN everyone
