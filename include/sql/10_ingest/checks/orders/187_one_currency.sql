-- The amounts are in one currency.
-- Grain: one row.
-- Reads: rejected_rows, figures
-- Params: none
-- Level: fail
-- Of: rejected_rows
WITH foreign_lines AS (
    SELECT
        cell AS currency,
        reason,
        count(*) AS lines
    FROM rejected_rows
    WHERE startswith(reason, 'another currency than ')
    GROUP BY cell, reason
)

SELECT
    coalesce(sum(lines), 0) AS figure,
    count(*) = 0 AS passed,
    CASE
        WHEN count(*) = 0 THEN 'every amount is in one currency.'
        ELSE concat(
            sum(lines), ' lines are in ', max(reason), ': ',
            array_join(sort_array(collect_list(concat(currency, ' (', lines, ')'))), ', '), '; ',
            (
                SELECT
                    coalesce(sum(CASE name WHEN 'order_lines_judged' THEN cast(value AS BIGINT) END), 0)
                    - coalesce(sum(CASE name WHEN 'order_lines_refused' THEN cast(value AS BIGINT) END), 0)
                FROM figures
                WHERE name IN ('order_lines_judged', 'order_lines_refused')
            ),
            ' lines are in that one. Nothing is converted: keep one of them with ',
            '`only` on the column of the currency, or run one after the other.'
        )
    END AS message
FROM foreign_lines
