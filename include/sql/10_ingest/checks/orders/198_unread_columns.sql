-- No column that may say which lines do not count stands beside those that are read.
-- Grain: one row.
-- Reads: figures
-- Params: none
-- Level: warn
-- Of: orders
SELECT
    count(*) AS figure,
    count(*) = 0 AS passed,
    CASE
        WHEN count(*) = 0 THEN 'no column looks as if lines were cancelled or refunded.'
        ELSE concat(
            'the files have columns that the mapping does not use: ', max(value), '. If they say that an order was ',
            'cancelled or refunded, use only, except or refunded.'
        )
    END AS message
FROM figures
WHERE name = 'status_columns' AND value <> ''
