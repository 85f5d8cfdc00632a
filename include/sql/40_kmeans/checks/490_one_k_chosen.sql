-- One number of clusters is chosen, and says why.
-- Grain: one row.
-- Reads: kmeans_search
-- Params: none
-- Level: fail
-- Of: kmeans_search
SELECT
    figure,
    figure = 1 AND reasons = 1 AS passed,
    concat(figure, ' numbers of clusters are chosen, ', reasons, ' with a reason; it must be one.') AS message
FROM (
    SELECT
        count_if(chosen) AS figure,
        count_if(chosen AND reason IS NOT NULL) AS reasons
    FROM kmeans_search
) AS counts
