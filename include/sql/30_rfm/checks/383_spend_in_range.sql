-- No customer has spent more than the column of spend can hold.
-- Grain: one row.
-- Reads: figures
-- Params: none
-- Level: fail
-- Of: customer_scores
SELECT
    count(value) AS figure,
    count(value) = 0 AS passed,
    coalesce(
        concat(
            'customer ', max(value), ' has amounts that add up to 10,000,000,000,000,000 or more; ',
            'look at the currency and the decimal sign.'
        ),
        'the spend of every customer is below 10,000,000,000,000,000.'
    ) AS message
FROM figures
WHERE name = 'customer_beyond_range' AND value <> ''
