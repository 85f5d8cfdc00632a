-- The lists as cells for a spreadsheet: no text of a stranger is taken for a formula.
-- Grain: one row per list and customer.
-- Reads: exports
-- Params: none
-- Note: spreadsheets take a cell for a formula if it begins with = + - or @, also full-width or after blanks. Such
--   texts get an apostrophe, chr(39), in front. The Parquet files hold them as they are.
SELECT
    regexp_replace(user_id, r'^(?=[\s\p{Z}\p{C}]*[=+\-@＝＋－＠])', chr(39)) AS user_id,
    regexp_replace(segment, r'^(?=[\s\p{Z}\p{C}]*[=+\-@＝＋－＠])', chr(39)) AS segment,
    regexp_replace(segment_previous, r'^(?=[\s\p{Z}\p{C}]*[=+\-@＝＋－＠])', chr(39)) AS segment_previous,
    r_score,
    f_score,
    m_score,
    rfm_score,
    recency_days,
    frequency,
    monetary,
    last_purchase,
    orders,
    avg_order_value,
    regexp_replace(previous_segment, r'^(?=[\s\p{Z}\p{C}]*[=+\-@＝＋－＠])', chr(39)) AS previous_segment,
    segment_since,
    list
FROM exports
