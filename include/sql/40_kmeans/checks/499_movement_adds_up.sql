-- The movements between clusters hold all customers of now and all of the month before.
-- Grain: one row.
-- Reads: cluster_movement, customer_scores, previous_customer_scores
-- Params: none
-- Level: fail
-- Of: cluster_movement
WITH moved AS (
    SELECT
        coalesce(sum(customers) FILTER (WHERE cluster_label <> 'gone'), 0) AS now,
        coalesce(sum(customers) FILTER (WHERE cluster_label_previous <> 'new'), 0) AS before
    FROM cluster_movement
),

everyone AS (
    SELECT
        (SELECT count(*) FROM customer_scores) AS now,
        (SELECT count(*) FROM previous_customer_scores) AS before
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
