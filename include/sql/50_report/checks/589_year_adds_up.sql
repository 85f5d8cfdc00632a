-- The movements of a year hold all customers of now and all of a year ago.
-- Grain: one row.
-- Reads: year_migration, customer_segments, year_ago_customer_rfm
-- Params: none
-- Level: fail
-- Of: year_migration
WITH moved AS (
    SELECT
        coalesce(sum(customers) FILTER (WHERE segment <> 'gone'), 0) AS now,
        coalesce(sum(customers) FILTER (WHERE segment_year_ago <> 'new'), 0) AS before
    FROM year_migration
),

everyone AS (
    SELECT
        (SELECT count(*) FROM customer_segments) AS now,
        (SELECT count(*) FROM year_ago_customer_rfm) AS before
)

SELECT
    moved.now AS figure,
    everyone.before = 0 OR (moved.now = everyone.now AND moved.before = everyone.before) AS passed,
    concat(
        'The movements of a year hold ', moved.now, ' of ', everyone.now, ' customers of now and ', moved.before,
        ' of ', everyone.before, ' of a year ago; it must be all of both.'
    ) AS message
FROM moved
CROSS JOIN everyone
