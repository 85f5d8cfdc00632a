-- The amounts are in one currency.
-- Grain: one row.
-- Reads: rejected_rows, given_customers
-- Params: none
-- Level: fail
-- Of: rejected_rows
WITH foreign_rows AS (
    SELECT
        cell AS currency,
        reason,
        count(*) AS customers
    FROM rejected_rows
    WHERE startswith(reason, 'another currency than ')
    GROUP BY cell, reason
)

SELECT
    coalesce(sum(customers), 0) AS figure,
    count(*) = 0 AS passed,
    CASE
        WHEN count(*) = 0 THEN 'every amount is in one currency.'
        ELSE concat(
            sum(customers), ' customers are in ', max(reason), ': ',
            array_join(sort_array(collect_list(concat(currency, ' (', customers, ')'))), ', '), '; ',
            (SELECT count(*) FROM given_customers), ' customers are in that one. Nothing is converted: keep one of ',
            'them with `only` on the column of the currency, or run one after the other.'
        )
    END AS message
FROM foreign_rows
