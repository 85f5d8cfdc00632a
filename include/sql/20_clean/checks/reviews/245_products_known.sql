-- Each purchase has a product: a review is always of one.
-- Grain: one row.
-- Reads: purchases
-- Params: none
-- Level: fail
-- Of: purchases
SELECT
    figure,
    figure = 0 AS passed,
    concat(figure, ' purchases lack a product; none may.') AS message
FROM (
    SELECT count_if(parent_asin IS NULL) AS figure
    FROM purchases
) AS counts
