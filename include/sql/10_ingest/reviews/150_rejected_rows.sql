-- The lines that are refused, with the reason.
-- Grain: one row per refused line of either file.
-- Reads: review_lines, product_lines
-- Params: none
-- Note: bytes that are not UTF-8 come as the replacement character, because a Parquet text must be UTF-8.
SELECT
    file,
    cast(NULL AS BIGINT) AS place,
    make_valid_utf8(line) AS line_text,
    refused AS reason,
    cast(NULL AS STRING) AS cell,
    cast(NULL AS DECIMAL(18, 2)) AS amount
FROM review_lines
WHERE refused IS NOT NULL
UNION ALL
SELECT
    file,
    cast(NULL AS BIGINT) AS place,
    make_valid_utf8(line) AS line_text,
    refused AS reason,
    cast(NULL AS STRING) AS cell,
    cast(NULL AS DECIMAL(18, 2)) AS amount
FROM product_lines
WHERE refused IS NOT NULL
