-- Every customer stands in customer_rfm once, with a stay that begins on the as-of date or before.
-- Grain: one row.
-- Reads: customer_rfm, customer_scores
-- Params: as_of date: no stay begins later
-- Level: fail
-- Of: customer_rfm
WITH stays AS (
    SELECT
        count(*) AS customers,
        count_if((segment_since <= :as_of) IS NOT TRUE) AS wrong
    FROM customer_rfm
),

everyone AS (
    SELECT count(*) AS customers FROM customer_scores
)

SELECT
    stays.wrong AS figure,
    stays.customers = everyone.customers AND stays.wrong = 0 AS passed,
    concat(
        stays.customers, ' of ', everyone.customers, ' customers have a stay in their segment, ', stays.wrong,
        ' of them none that begins on the as-of date or before; it must be all and none.'
    ) AS message
FROM stays
CROSS JOIN everyone
