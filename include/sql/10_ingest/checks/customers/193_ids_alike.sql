-- No two ids of customers differ only in how they are written: letter case, blanks, invisible signs, ways of accents.
-- Grain: one row.
-- Reads: order_customers
-- Params: none
-- Level: warn
-- Of: given_customers
WITH customers AS (
    SELECT
        coalesce(user_key, user_id) AS written_alike,
        count(*) AS ids,
        min(user_id) AS one,
        max(user_id) AS other
    FROM order_customers
    GROUP BY coalesce(user_key, user_id)
)

SELECT
    coalesce(sum(ids - 1), 0) AS figure,
    coalesce(sum(ids - 1), 0) = 0 AS passed,
    CASE
        WHEN coalesce(sum(ids - 1), 0) = 0 THEN 'no two ids differ only in writing.'
        ELSE concat(
            sum(ids - 1), ' customers have the id of another but for how it is written, such as ',
            min(CASE WHEN ids > 1 THEN one END), ' and ',
            min_by(CASE WHEN ids > 1 THEN other END, CASE WHEN ids > 1 THEN one END),
            '. If they are the same people, add their rows up.'
        )
    END AS message
FROM customers
