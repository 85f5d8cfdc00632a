-- No price is negative.
-- Grain: one row.
-- Reads: purchases
-- Params: none
-- Level: warn
-- Of: purchases
SELECT
    figure,
    figure = 0 AS passed,
    concat(figure, ' purchases have a price below 0; none should.') AS message
FROM (
    SELECT count_if(price < 0) AS figure
    FROM purchases
) AS counts
