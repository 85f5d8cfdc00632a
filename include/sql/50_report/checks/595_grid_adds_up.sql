-- The cells of the score grid hold all customers.
-- Grain: one row.
-- Reads: rfm_grid, customer_segments
-- Params: none
-- Level: fail
-- Of: rfm_grid
WITH sums AS (
    SELECT
        (SELECT coalesce(sum(customers), 0) FROM rfm_grid) AS customers,
        (SELECT count(*) FROM customer_segments) AS everyone
)

SELECT
    customers AS figure,
    customers = everyone AS passed,
    concat('The score grid holds ', customers, ' of ', everyone, ' customers; it must be all.') AS message
FROM sums
