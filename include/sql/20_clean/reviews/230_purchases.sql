-- The verified purchases with the price of their product.
-- Grain: one row per verified purchase (a distinct verified review of a product that is not dropped).
-- Reads: distinct_reviews, known_products
-- Params: none
-- Figures: purchases_without_price = count_if(price IS NULL)
--   first_purchase = cast(min(purchased_at) AS STRING)
--   last_purchase = cast(max(purchased_at) AS STRING)
-- Note: a rating of 0 does not exist on the site and becomes 1; a negative number of votes becomes 0.
--   A purchase of a product that the products file does not have stays, without a price.
SELECT
    review.user_id,
    cast(NULL AS STRING) AS order_id,
    review.parent_asin,
    product.product_name,
    product.main_category,
    review.reviewed_at AS purchased_at,
    CASE WHEN review.rating = 0 THEN 1.0D ELSE review.rating END AS rating,
    greatest(review.helpful_vote, 0) AS helpful_vote,
    product.price,
    review.purchase_month
FROM distinct_reviews AS review
LEFT JOIN known_products AS product ON review.parent_asin = product.parent_asin
WHERE product.dropped IS NOT TRUE
