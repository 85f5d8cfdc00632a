-- The rows that are refused, with the reason.
-- Grain: one row per refused row of the customer files.
-- Reads: customer_rows
-- Params: none
-- Note: a row with as many cells as the header is written as JSON, with the cells that are read.
SELECT
    file,
    place,
    line_text,
    refused AS reason,
    cell,
    amount
FROM customer_rows
WHERE refused IS NOT NULL
