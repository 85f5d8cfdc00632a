-- The lines that are refused, with the reason.
-- Grain: one row per refused line of the order files.
-- Reads: order_lines
-- Params: none
-- Note: a line with as many cells as the header is written as JSON, with the cells that are read.
SELECT
    file,
    place,
    line_text,
    refused AS reason,
    cell,
    amount_read AS amount
FROM order_lines
WHERE refused IS NOT NULL
