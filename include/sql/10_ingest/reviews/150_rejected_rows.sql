-- The lines that are refused, with the reason.
-- Grain: one row per refused line of either file.
-- Reads: review_lines, product_lines
-- Params: none
-- Note: a line that is JSON but lacks a field is written again as JSON, with the fields that are read.
SELECT
    file,
    coalesce(
        broken_line,
        to_json(struct(
            rating, title, text, asin, parent_asin, user_id, timestamp, helpful_vote, verified_purchase
        ))
    ) AS line_text,
    refused AS reason
FROM review_lines
WHERE refused IS NOT NULL
UNION ALL
SELECT
    file,
    coalesce(
        broken_line,
        to_json(struct(
            parent_asin, title, main_category, store, average_rating, rating_number, price, categories, details
        ))
    ) AS line_text,
    refused AS reason
FROM product_lines
WHERE refused IS NOT NULL
