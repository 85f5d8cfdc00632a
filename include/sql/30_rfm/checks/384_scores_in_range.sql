-- Each score is 1 to 5.
-- Grain: one row.
-- Reads: customer_rfm
-- Params: none
-- Level: fail
-- Of: customer_rfm
SELECT
    figure,
    figure = 0 AS passed,
    concat(figure, ' customers have a score other than 1 to 5; none may.') AS message
FROM (
    SELECT
        count_if(
            (r_score BETWEEN 1 AND 5 AND f_score BETWEEN 1 AND 5 AND m_score BETWEEN 1 AND 5) IS NOT TRUE
        ) AS figure
    FROM customer_rfm
) AS counts
