-- How often each number occurs in the columns that hold numbers.
-- Grain: one row per table, column and number.
-- Reads: reviews, products, purchases
-- Params: none
-- Note: yes counts as 1 and no as 0. Numbers are taken to four decimals, so that all arithmetic on them is exact; what
--   has more than 14 digits before the point, or is no number, is left out. Rows that are alike in all their numbers
--   are counted first: few are not, and only one of each kind has to be taken apart.
WITH review_numbers AS (
    SELECT
        rating,
        helpful_vote,
        verified_purchase,
        count(*) AS times
    FROM reviews
    GROUP BY rating, helpful_vote, verified_purchase
),

product_numbers AS (
    SELECT
        average_rating,
        rating_number,
        price_text,
        count(*) AS times
    FROM products
    GROUP BY average_rating, rating_number, price_text
),

purchase_numbers AS (
    SELECT
        rating,
        helpful_vote,
        price,
        count(*) AS times
    FROM purchases
    GROUP BY rating, helpful_vote, price
)

SELECT
    'reviews' AS table_name,
    numbers.column_name,
    numbers.value,
    sum(review_numbers.times) AS times
FROM review_numbers
    LATERAL VIEW stack(
        3,
        'rating', try_cast(rating AS DECIMAL(18, 4)),
        'helpful_vote', try_cast(helpful_vote AS DECIMAL(18, 4)),
        'verified_purchase', cast(cast(verified_purchase AS INT) AS DECIMAL(18, 4))
    ) numbers AS column_name, value
WHERE numbers.value IS NOT NULL
GROUP BY numbers.column_name, numbers.value
UNION ALL
SELECT
    'products' AS table_name,
    numbers.column_name,
    numbers.value,
    sum(product_numbers.times) AS times
FROM product_numbers
    LATERAL VIEW stack(
        3,
        'average_rating', try_cast(average_rating AS DECIMAL(18, 4)),
        'rating_number', try_cast(rating_number AS DECIMAL(18, 4)),
        'price_text', cast(try_cast(price_text AS DECIMAL(12, 2)) AS DECIMAL(18, 4))
    ) numbers AS column_name, value
WHERE numbers.value IS NOT NULL
GROUP BY numbers.column_name, numbers.value
UNION ALL
SELECT
    'purchases' AS table_name,
    numbers.column_name,
    numbers.value,
    sum(purchase_numbers.times) AS times
FROM purchase_numbers
    LATERAL VIEW stack(
        3,
        'rating', try_cast(rating AS DECIMAL(18, 4)),
        'helpful_vote', try_cast(helpful_vote AS DECIMAL(18, 4)),
        'price', cast(price AS DECIMAL(18, 4))
    ) numbers AS column_name, value
WHERE numbers.value IS NOT NULL
GROUP BY numbers.column_name, numbers.value
