-- Each customer bought at least once, for money, before the as-of date.
-- Grain: one row.
-- Reads: customer_rfm
-- Params: none
-- Level: fail
-- Of: customer_rfm
SELECT
    figure,
    figure = 0 AS passed,
    concat(figure, ' customers have a recency below 1 day, a frequency below 1 or no spend; none may.') AS message
FROM (
    SELECT count_if((recency_days >= 1 AND frequency >= 1 AND monetary > 0) IS NOT TRUE) AS figure
    FROM customer_rfm
) AS counts
