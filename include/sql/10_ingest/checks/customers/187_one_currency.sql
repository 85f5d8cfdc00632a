-- The amounts are in one currency.
-- Grain: one row.
-- Reads: rejected_rows, customer_rows
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
),

counts AS (
    SELECT count_if(refused IS NULL AND skipped IS NULL) AS accepted
    FROM customer_rows
)

SELECT
    coalesce(sum(foreign_rows.customers), 0) AS figure,
    count(*) = 0 AS passed,
    CASE
        WHEN count(*) = 0 THEN 'every amount is in one currency.'
        ELSE concat(
            sum(foreign_rows.customers), ' customers are in ', max(foreign_rows.reason), ': ',
            array_join(
                sort_array(collect_list(concat(foreign_rows.currency, ' (', foreign_rows.customers, ')'))), ', '
            ),
            '; ', max(counts.accepted), ' customers are in that one. Nothing is converted: keep one of them with ',
            '`only` on the column of the currency, or run one after the other.'
        )
    END AS message
FROM foreign_rows
CROSS JOIN counts
