-- The verified reviews of the window, with the segment of who wrote them.
-- Grain: one row per purchase in the window by a customer who counts.
-- Reads: purchases, customer_segments
-- Params: window_start date: the first day of the window
--   as_of date: the window ends before this day begins (UTC)
-- Note: a review of a product without a price is among them: what it says counts, though no spend does. Reviews of
--   products that the settings leave out are not.
SELECT
    customer_segments.segment,
    purchases.user_id,
    purchases.parent_asin,
    purchases.purchased_at AS reviewed_at,
    cast(trunc(purchases.purchased_at, 'MONTH') AS DATE) AS review_month
FROM purchases
INNER JOIN customer_segments ON purchases.user_id = customer_segments.user_id
WHERE
    purchases.purchase_month >= trunc(:window_start, 'MONTH')
    AND purchases.purchase_month < :as_of
    AND purchases.purchased_at >= :window_start
    AND purchases.purchased_at < :as_of
