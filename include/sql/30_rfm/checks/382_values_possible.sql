-- Each customer bought at least once, for money, before the as-of date.
-- Grain: one row.
-- Reads: customer_scores
-- Params: counts_free_orders boolean: whether a customer may have free orders only
-- Level: fail
-- Of: customer_scores
SELECT
    figure,
    figure = 0 AS passed,
    concat(figure, ' customers have a recency below 1 day, a frequency below 1 or no spend; none may.') AS message
FROM (
    SELECT
        count_if((
            recency_days >= 1 AND frequency >= 1 AND (monetary > 0 OR (monetary = 0 AND :counts_free_orders))
        ) IS NOT TRUE) AS figure
    FROM customer_scores
) AS counts
