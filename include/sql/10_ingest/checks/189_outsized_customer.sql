-- No customer has so much of all lines or amounts that it may be many people, or nobody.
-- Grain: one row.
-- Reads: order_customers
-- Params: none
-- Level: warn
-- Of: orders, given_customers
-- Note: much is a quarter of all and three times what a customer has on average, or 5 % and ten times that.
WITH customers AS (
    SELECT
        user_id,
        cast(lines AS DOUBLE) AS lines,
        cast(spend AS DOUBLE) AS spend
    FROM order_customers
),

shares AS (
    SELECT
        user_id,
        lines,
        lines / sum(lines) OVER () AS line_share,
        coalesce(spend / nullif(sum(spend) OVER (), 0), 0) AS spend_share,
        count(*) OVER () AS customers
    FROM customers
),

ranked AS (
    SELECT
        *,
        greatest(line_share, spend_share) AS share,
        row_number() OVER (ORDER BY greatest(line_share, spend_share) DESC, user_id ASC) AS place
    FROM shares
),

judged AS (
    SELECT
        *,
        (share >= 0.25 AND share * customers >= 3) OR (share >= 0.05 AND share * customers >= 10) AS is_outsized
    FROM ranked
    WHERE place = 1
)

SELECT
    round(coalesce(max(share), 0), 4) AS figure,
    coalesce(NOT max(is_outsized), TRUE) AS passed,
    CASE
        WHEN max(is_outsized)
            THEN concat(
                'the customer ', max(user_id), ' has ', round(100 * max(line_share), 1), ' % of all lines and ',
                round(100 * max(spend_share), 1), ' % of all amounts: if that is nobody in particular, name it under ',
                'empty in the mapping.'
            )
        ELSE 'no customer stands out.'
    END AS message
FROM judged
