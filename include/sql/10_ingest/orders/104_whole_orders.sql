-- What an order says once for all of its lines: its customer, its time, whether it is wanted, where its amount stands.
-- Grain: one row per file and order id, where the mapping or a line without an amount makes it matter; else none.
-- Reads: raw_orders
-- Params: none
-- Note: the columns that begin with amount_ and refund_ are the numbers of the first rows with something in those
--   cells. Of each other column the first row that has a value counts. Each column of only and except that stands for
--   the whole order is a bit: of whole_filters_said if a row says it, of whole_filters_out if the first that does
--   leaves the order out.
WITH looked_at AS (
    SELECT
        file,
        order_id,
        place,
        user_id,
        user_key,
        ordered_at,
        amount_is_blank,
        refunded,
        filters_said,
        filters_out
    FROM raw_orders
    WHERE looks_at_orders AND order_id IS NOT NULL AND NOT is_broken
),

bits AS (
    SELECT places.bit
    FROM (VALUES (1), (2), (4), (8), (16), (32), (64), (128)) AS places (bit)
),

filters AS (
    SELECT
        looked_at.file,
        looked_at.order_id,
        bits.bit,
        min_by(looked_at.filters_out & bits.bit, looked_at.place) AS leaves_out
    FROM looked_at
    INNER JOIN bits ON (looked_at.filters_said & bits.bit) > 0
    WHERE looked_at.filters_said > 0
    GROUP BY looked_at.file, looked_at.order_id, bits.bit
),

whole_filters AS (
    SELECT
        file,
        order_id,
        cast(sum(bit) AS BIGINT) AS filters_said,
        cast(sum(leaves_out) AS BIGINT) AS filters_out
    FROM filters
    GROUP BY file, order_id
),

whole AS (
    SELECT
        file,
        order_id,
        min_by(user_id, place) FILTER (WHERE user_id IS NOT NULL) AS whole_user_id,
        min_by(user_key, place) FILTER (WHERE user_id IS NOT NULL) AS whole_user_key,
        min_by(ordered_at, place) FILTER (WHERE ordered_at IS NOT NULL) AS whole_ordered_at,
        min(place) FILTER (WHERE NOT amount_is_blank) AS amount_place,
        min(place) FILTER (WHERE refunded IS NOT NULL) AS refund_place
    FROM looked_at
    GROUP BY file, order_id
)

SELECT
    whole.file,
    whole.order_id,
    whole.whole_user_id,
    whole.whole_user_key,
    whole.whole_ordered_at,
    coalesce(whole_filters.filters_said, 0) AS whole_filters_said,
    coalesce(whole_filters.filters_out, 0) AS whole_filters_out,
    whole.amount_place,
    whole.refund_place
FROM whole
LEFT JOIN whole_filters ON whole.file = whole_filters.file AND whole.order_id = whole_filters.order_id
