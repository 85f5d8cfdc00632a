-- The lines of the order files, each with what becomes of it: it counts, it is skipped, or it is refused with a reason.
-- Grain: one row per line of raw_orders.
-- Reads: raw_orders, whole_orders, repeated_lines
-- Params: none
-- Figures: order_lines_read = count(*)
--   order_lines_judged = count_if(skipped IS NULL)
--   order_lines_refused = count_if(refused IS NOT NULL)
--   order_lines_filtered = count_if(skipped = 'filtered')
--   order_lines_further = count_if(skipped = 'further row')
--   order_lines_repeated = count_if(skipped = 'repeated')
--   amount_read = cast(sum(CASE WHEN skipped IS NULL THEN abs(amount_read) ELSE 0 END) AS STRING)
--   amount_refused = cast(sum(CASE WHEN refused IS NOT NULL THEN abs(amount_read) ELSE 0 END) AS STRING)
--   status_columns = coalesce(max(status_columns), '')
--   summed_columns = coalesce(max(summed_columns), '')
-- Note: a line that only and except leave out is not judged. A further row of an order adds nothing where the order's
--   amount stands on its first row. A line is a return if one of its columns tells so, if its order's id has the prefix
--   for returns, or, where the mapping says so, if its amount or quantity is negative.
WITH joined AS (
    SELECT
        raw_orders.file,
        raw_orders.place,
        coalesce(raw_orders.user_id, CASE WHEN fills_customer THEN whole_user_id END) AS user_id,
        coalesce(raw_orders.user_key, CASE WHEN fills_customer AND raw_orders.user_id IS NULL THEN whole_user_key END)
            AS user_key,
        raw_orders.order_id,
        parent_asin,
        product_name,
        main_category,
        CASE WHEN fills_time AND time_fault = 'no time' THEN whole_ordered_at ELSE ordered_at END AS ordered_at,
        CASE WHEN NOT fills_time OR time_fault <> 'no time' OR whole_ordered_at IS NULL THEN time_fault END
            AS time_fault,
        quantity,
        unit_price,
        amount,
        amount_fault,
        CASE WHEN NOT refund_once OR raw_orders.place = refund_place THEN refunded END AS refunded,
        CASE
            WHEN is_broken THEN NULL
            WHEN
                filtered OR filters_out > 0
                -- What stands for the whole order and is not said here, the order says; or it counts as empty.
                OR (~filters_said & coalesce(whole_filters_out, 0)) > 0
                OR (~filters_said & ~coalesce(whole_filters_said, 0) & filters_empty_out) > 0
                THEN 'filtered'
            WHEN amount_place < raw_orders.place AND (amount_is_blank OR amount_once) THEN 'further row'
            WHEN repeated_lines.place IS NOT NULL THEN 'repeated'
        END AS skipped,
        foreign_currency,
        own_currency,
        told_return,
        negative_returns,
        return_prefix,
        subtract_returns,
        customer_text,
        time_text,
        amount_text,
        line_text,
        is_broken,
        several_files,
        status_columns,
        summed_columns
    FROM raw_orders
    LEFT JOIN whole_orders ON raw_orders.file = whole_orders.file AND raw_orders.order_id = whole_orders.order_id
    LEFT JOIN repeated_lines ON raw_orders.file = repeated_lines.file AND raw_orders.place = repeated_lines.place
),

judged AS (
    SELECT
        *,
        CASE
            WHEN skipped IS NOT NULL THEN NULL
            WHEN is_broken THEN 'not as many cells as the header has columns'
            WHEN user_id IS NULL THEN 'no customer'
            WHEN time_fault IS NOT NULL THEN time_fault
            WHEN NOT ordered_at >= TIMESTAMP '1970-01-01 00:00:00Z' THEN 'time outside 1970 to 2099'
            WHEN NOT ordered_at < TIMESTAMP '2100-01-01 00:00:00Z' THEN 'time outside 1970 to 2099'
            WHEN amount_fault IS NOT NULL THEN amount_fault
            WHEN foreign_currency IS NOT NULL THEN concat('another currency than ', own_currency)
        END AS refused
    FROM joined
)

SELECT
    user_id,
    user_key,
    order_id,
    parent_asin,
    product_name,
    main_category,
    ordered_at,
    quantity,
    unit_price,
    CASE WHEN refused IS NULL AND skipped IS NULL THEN amount END AS amount,
    amount AS amount_read,
    refunded,
    coalesce(told_return, FALSE)
    OR coalesce(startswith(order_id, return_prefix), FALSE)
    OR (negative_returns AND (coalesce(amount < 0, FALSE) OR coalesce(quantity < 0, FALSE))) AS is_return,
    subtract_returns,
    CASE WHEN refused IS NOT NULL THEN line_text END AS line_text,
    CASE
        WHEN refused IS NULL OR is_broken THEN NULL
        WHEN refused = 'no customer' THEN customer_text
        WHEN foreign_currency IS NOT NULL AND startswith(refused, 'another') THEN foreign_currency
        WHEN time_text IS NOT NULL AND refused = time_fault THEN time_text
        WHEN startswith(refused, 'time outside') THEN cast(ordered_at AS STRING)
        ELSE amount_text
    END AS cell,
    file,
    place,
    skipped,
    refused,
    several_files,
    status_columns,
    summed_columns
FROM judged
