-- Every customer's last order was before the as-of date.
-- Grain: one row.
-- Reads: figures
-- Params: as_of date: the run sees everything before it
-- Level: warn
-- Of: customer_scores
-- Note: a figure is absent where Spark found nothing to measure, so it counts as 0.
WITH counts AS (
    SELECT
        coalesce(try_cast(max(value) FILTER (WHERE name = 'customers_given') AS BIGINT), 0) AS given,
        coalesce(try_cast(max(value) FILTER (WHERE name = 'customers_late') AS BIGINT), 0) AS late
    FROM figures
)

SELECT
    late AS figure,
    late = 0 AS passed,
    CASE
        WHEN late = 0 THEN concat('all ', given, ' customers ordered last before ', :as_of, '.')
        ELSE concat(
            late, ' of ', given, ' customers are left out, because their last order was on ', :as_of,
            ' or later; choose an as_of after the last order of the table.'
        )
    END AS message
FROM counts
