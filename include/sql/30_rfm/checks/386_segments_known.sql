-- Each customer has a segment.
-- Grain: one row.
-- Reads: customer_rfm
-- Params: none
-- Level: fail
-- Of: customer_rfm
SELECT
    figure,
    figure = 0 AS passed,
    concat(figure, ' customers have no segment; none may.') AS message
FROM (
    SELECT count_if(segment IS NULL) AS figure
    FROM customer_rfm
) AS counts
