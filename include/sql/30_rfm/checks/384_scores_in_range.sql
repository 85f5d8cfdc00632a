-- Each score is 1 to as many as there are bins.
-- Grain: one row.
-- Reads: customer_scores
-- Params: bins int: how many scores each metric has
-- Level: fail
-- Of: customer_scores
SELECT
    figure,
    figure = 0 AS passed,
    concat(figure, ' customers have a score other than 1 to ', :bins, '; none may.') AS message
FROM (
    SELECT
        count_if(
            (r_score BETWEEN 1 AND :bins AND f_score BETWEEN 1 AND :bins AND m_score BETWEEN 1 AND :bins) IS NOT TRUE
        ) AS figure
    FROM customer_scores
) AS counts
