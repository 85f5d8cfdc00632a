-- Why lines are refused, with an example each.
-- Grain: one row per reason.
-- Reads: rejected_rows
-- Params: none
-- Note: the example is the first line with that reason, by the names of the files.
SELECT
    reason,
    count(*) AS lines,
    cast(sum(abs(amount)) AS DECIMAL(28, 2)) AS amount,
    min_by(cell, struct(file, place, line_text)) AS example,
    min(struct(file, place, line_text)).file AS example_file,
    min(struct(file, place, line_text)).place AS example_place
FROM rejected_rows
GROUP BY reason
