-- The lines of the order files, typed, each with the reason why it is refused, or null.
-- Grain: one row per line of raw_orders.
-- Reads: raw_orders
-- Params: none
-- Figures: order_lines_read = count(*)
--   order_lines_refused = count_if(refused IS NOT NULL)
-- Note: raw_orders has texts, and beside them how the mapping says to read them. A time without a zone of its own
--   is in the mapping's zone. Thousands may be grouped, as in 1,234.50; what is finer than a cent is rounded.
--   A line is a return if its order's id has the prefix for returns, or, where the mapping says so, if its amount
--   or quantity is negative.
WITH trimmed AS (
    SELECT
        transform(
            array(customer, order_id, product, product_name, category, time_text, amount, quantity, unit_price),
            cell -> btrim(cell, ' \t\r\n\u00a0')
        ) AS cells,
        decimal_sign,
        time_format,
        time_zone,
        whole_number_ids,
        negative_returns,
        return_prefix,
        subtract_returns,
        amount_is_given,
        broken_line,
        file,
        to_json(
            struct(customer, order_id, product, product_name, category, time_text, amount, quantity, unit_price)
        ) AS cells_read
    FROM raw_orders
),

mended AS (
    SELECT
        transform(
            slice(cells, 1, 5),
            cell -> CASE
                WHEN cell NOT IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', 'nan', 'NaN', '') THEN cell
            END
        ) AS names,
        transform(
            transform(
                slice(cells, 7, 3),
                cell -> CASE WHEN decimal_sign = ',' THEN translate(cell, ',.', '.,') ELSE cell END
            ),
            cell -> try_cast(
                CASE
                    WHEN cell RLIKE '^[-+]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]*)?$' THEN replace(cell, ',', '')
                    ELSE cell
                END AS DECIMAL(18, 6)
            )
        ) AS numbers,
        cells[5] AS time_text,
        time_format,
        time_zone,
        whole_number_ids,
        negative_returns,
        return_prefix,
        subtract_returns,
        amount_is_given,
        broken_line,
        file,
        cells_read
    FROM trimmed
),

typed AS (
    SELECT
        transform(
            slice(names, 1, 3),
            id -> CASE WHEN whole_number_ids THEN regexp_replace(id, '^([0-9]+)[.]0+$', '$1') ELSE id END
        ) AS ids,
        names[3] AS product_name,
        names[4] AS main_category,
        CASE
            WHEN time_format IS NOT NULL
                THEN cast(
                    convert_timezone(time_zone, 'UTC', cast(try_to_timestamp(time_text, time_format) AS TIMESTAMP_NTZ))
                    AS TIMESTAMP
                )
            WHEN NOT time_text RLIKE '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T].*)?$' THEN NULL
            WHEN time_text RLIKE ':[0-9]{2}([.][0-9]+)? ?(Z|[-+][0-9]{2}(:?[0-9]{2})?)$'
                THEN try_cast(time_text AS TIMESTAMP)
            ELSE cast(convert_timezone(time_zone, 'UTC', try_cast(time_text AS TIMESTAMP_NTZ)) AS TIMESTAMP)
        END AS ordered_at,
        numbers[1] AS quantity,
        numbers[2] AS unit_price,
        CASE WHEN amount_is_given THEN numbers[0] ELSE numbers[1] * numbers[2] END AS amount,
        negative_returns,
        return_prefix,
        subtract_returns,
        time_text,
        broken_line,
        file,
        cells_read
    FROM mended
),

judged AS (
    SELECT
        ids[0] AS user_id,
        ids[1] AS order_id,
        ids[2] AS parent_asin,
        product_name,
        main_category,
        ordered_at,
        quantity,
        unit_price,
        amount,
        coalesce(startswith(ids[1], return_prefix), FALSE)
        OR (negative_returns AND (coalesce(amount < 0, FALSE) OR coalesce(quantity < 0, FALSE))) AS is_return,
        subtract_returns,
        broken_line,
        cells_read,
        file,
        CASE
            WHEN broken_line IS NOT NULL THEN 'not as many cells as the header has columns'
            WHEN ids[0] IS NULL THEN 'no customer'
            WHEN coalesce(time_text, '') = '' THEN 'no time'
            WHEN ordered_at IS NULL THEN 'a time that cannot be read'
            WHEN NOT ordered_at >= TIMESTAMP '1970-01-01 00:00:00Z' THEN 'time outside 1970 to 2099'
            WHEN NOT ordered_at < TIMESTAMP '2100-01-01 00:00:00Z' THEN 'time outside 1970 to 2099'
            WHEN amount IS NULL THEN 'no amount that is a number'
            WHEN NOT abs(amount) < 1000000000000 THEN 'an amount of 1,000,000,000,000 or more'
        END AS refused
    FROM typed
)

SELECT
    user_id,
    order_id,
    parent_asin,
    product_name,
    main_category,
    ordered_at,
    quantity,
    unit_price,
    CASE WHEN refused IS NULL THEN cast(amount AS DECIMAL(18, 2)) END AS amount,
    is_return,
    is_return AND subtract_returns AS is_subtracted,
    CASE WHEN refused IS NOT NULL THEN coalesce(broken_line, cells_read) END AS line_text,
    file,
    refused
FROM judged
