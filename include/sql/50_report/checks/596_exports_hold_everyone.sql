-- Every customer stands in the list of one segment, and in no more than one other list.
-- Grain: one row.
-- Reads: exports, customer_rfm
-- Params: none
-- Level: fail
-- Of: exports
WITH listed AS (
    SELECT
        count(DISTINCT user_id) AS customers,
        count_if(list NOT LIKE 'moved-into-%') AS of_segments,
        count_if(list LIKE 'moved-into-%') AS moved
    FROM exports
),

everyone AS (
    SELECT count(*) AS customers FROM customer_rfm
)

SELECT
    listed.customers AS figure,
    listed.customers = everyone.customers
    AND listed.of_segments = everyone.customers
    AND listed.moved <= everyone.customers AS passed,
    concat(
        'The lists of the segments hold ', listed.of_segments, ' rows with ', listed.customers, ' of ',
        everyone.customers, ' customers; it must be each customer once.'
    ) AS message
FROM listed
CROSS JOIN everyone
