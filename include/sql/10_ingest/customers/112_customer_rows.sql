-- The rows of the customer files, each with what becomes of it: it counts, is skipped, or is refused with a reason.
-- Grain: one row per line of raw_orders.
-- Reads: raw_orders
-- Params: none
-- Figures: order_lines_read = count(*)
--   order_lines_judged = count_if(skipped IS NULL)
--   order_lines_refused = count_if(refused IS NOT NULL)
--   order_lines_filtered = count_if(skipped = 'filtered')
--   order_lines_repeated = count_if(skipped = 'repeated')
--   amount_read = cast(sum(CASE WHEN skipped IS NULL THEN abs(amount) END) AS STRING)
--   amount_refused = cast(sum(CASE WHEN refused IS NOT NULL THEN abs(amount) END) AS STRING)
-- Note: a row that only and except leave out is not judged. Where the mapping says so, rows that say the same of the
--   same customer count once. A customer who has no order is refused before the time is asked for, which is empty then.
WITH filtered_rows AS (
    SELECT
        *,
        NOT is_broken AND filtered AS is_filtered
    FROM raw_orders
),

numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY is_filtered, user_id, ordered_at, order_count, amount, foreign_currency
            ORDER BY file, place
        ) AS copy
    FROM filtered_rows
),

chosen AS (
    SELECT
        *,
        CASE
            WHEN is_filtered THEN 'filtered'
            WHEN
                drops_equal_lines AND copy > 1 AND user_id IS NOT NULL
                AND ordered_at IS NOT NULL AND order_count IS NOT NULL AND amount IS NOT NULL
                THEN 'repeated'
        END AS skipped
    FROM numbered
),

judged AS (
    SELECT
        *,
        CASE
            WHEN skipped IS NOT NULL THEN NULL
            WHEN is_broken THEN 'not as many cells as the header has columns'
            WHEN user_id IS NULL THEN 'no customer'
            WHEN amount_fault IS NOT NULL THEN amount_fault
            WHEN time_fault IS NOT NULL THEN time_fault
            WHEN NOT ordered_at >= TIMESTAMP '1970-01-01 00:00:00Z' THEN 'time outside 1970 to 2099'
            WHEN NOT ordered_at < TIMESTAMP '2100-01-01 00:00:00Z' THEN 'time outside 1970 to 2099'
            WHEN foreign_currency IS NOT NULL THEN concat('another currency than ', own_currency)
        END AS refused
    FROM chosen
)

SELECT
    user_id,
    user_key,
    ordered_at AS last_order_at,
    order_count,
    amount,
    CASE WHEN refused IS NOT NULL THEN line_text END AS line_text,
    CASE
        WHEN refused IS NULL OR is_broken THEN NULL
        WHEN refused = 'no customer' THEN customer_text
        WHEN refused = amount_fault THEN amount_text
        WHEN refused = time_fault THEN time_text
        WHEN startswith(refused, 'time outside') THEN cast(ordered_at AS STRING)
        ELSE foreign_currency
    END AS cell,
    file,
    place,
    skipped,
    refused
FROM judged
