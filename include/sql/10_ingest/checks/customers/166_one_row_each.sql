-- Each customer stands on one row.
-- Grain: one row.
-- Reads: given_customers
-- Params: none
-- Level: fail
-- Of: given_customers
-- Note: of two rows nobody knows which is right, or whether they are to be added up.
WITH several AS (
    SELECT
        user_id,
        count(*) AS times_given
    FROM given_customers
    GROUP BY user_id
    HAVING count(*) > 1
)

SELECT
    count(*) AS figure,
    count(*) = 0 AS passed,
    CASE
        WHEN count(*) = 0 THEN 'each customer has one row.'
        ELSE concat(
            count(*), ' customers have more than one row, such as ', min(user_id), ', who has ',
            min_by(times_given, user_id), '. With level: customer each has one: add them up, or leave some out with ',
            'only or except. If each row is an order, take level out of the mapping.'
        )
    END AS message
FROM several
