-- Each purchase has 1 to 5 stars.
-- Grain: one row.
-- Reads: purchases
-- Params: none
-- Level: warn
-- Of: purchases
SELECT
    figure,
    figure = 0 AS passed,
    concat(figure, ' purchases have other than 1 to 5 stars; none should.') AS message
FROM (
    SELECT count_if(rating IS NULL OR NOT rating BETWEEN 1 AND 5) AS figure
    FROM purchases
) AS counts
