-- The clusters are numbered from 0 and no two share a label.
-- Grain: one row.
-- Reads: kmeans_model
-- Params: none
-- Level: fail
-- Of: kmeans_model
SELECT
    figure,
    figure = 0 AND lowest = 0 AND highest = clusters - 1 AS passed,
    concat(
        figure, ' of ', clusters, ' clusters have no id or label of their own, ids run from ', lowest, ' to ', highest,
        '; none may, from 0 without a gap.'
    ) AS message
FROM (
    SELECT
        2 * count(*) - count(DISTINCT cluster) - count(DISTINCT label) AS figure,
        count(*) AS clusters,
        min(cluster) AS lowest,
        max(cluster) AS highest
    FROM kmeans_model
) AS counts
