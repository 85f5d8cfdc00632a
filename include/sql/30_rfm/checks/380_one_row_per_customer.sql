-- Each customer has one row.
-- Grain: one row.
-- Reads: customer_scores
-- Params: none
-- Level: fail
-- Of: customer_scores
SELECT
    figure,
    figure = 0 AS passed,
    concat(figure, ' rows have no customer or one who has a row already; none may.') AS message
FROM (
    SELECT count(*) - count(DISTINCT user_id) AS figure
    FROM customer_scores
) AS counts
