-- No customer has an id that programs and people write for nobody.
-- Grain: one row.
-- Reads: order_customers
-- Params: none
-- Level: warn
-- Of: orders, given_customers
WITH customers AS (
    SELECT
        user_id,
        lines
    FROM order_customers
    WHERE
        lower(user_id) IN (
            'guest', 'guest user', 'guest customer', 'gast', 'invité', 'invitado', 'ospite', 'visitor', 'anonymous',
            'anonymous user', 'anonym', 'anon', 'unknown', 'unbekannt', 'inconnu', 'nobody', 'no name', 'noname',
            'not set', '(not set)', 'not available', 'not applicable', 'no customer', 'no email', 'walk-in', 'walkin',
            'walk in', 'walk-in customer', 'cash', 'cash customer', 'default', 'default customer', 'deleted',
            'deleted user', 'test', 'test@test.com', 'test@example.com', 'guest@example.com', 'missing', 'blank',
            'empty', 'x', 'xx', 'xxx', 'false', 'no', '-1', '#ref!', '#value!', '#name?', '#error!'
        )
        OR regexp_like(user_id, '^(0+([.]0+)?|9999+)$')
        OR regexp_like(user_id, '^[-_.,;:?!#*/+~ ]+$')
),

ranked AS (
    SELECT
        user_id,
        lines,
        row_number() OVER (ORDER BY lines DESC, user_id ASC) AS place
    FROM customers
)

SELECT
    coalesce(sum(lines), 0) AS figure,
    count(*) = 0 AS passed,
    CASE
        WHEN count(*) = 0 THEN 'no id looks like nobody.'
        ELSE concat(
            sum(lines), ' lines have a customer whose id looks like nobody: ',
            array_join(
                sort_array(collect_list(CASE WHEN place <= 5 THEN concat(user_id, ' (', lines, ')') END)), ', '
            ),
            '. If nobody is meant, name it under empty in the mapping.'
        )
    END AS message
FROM ranked
