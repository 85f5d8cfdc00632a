-- Each customer's cluster.
-- Grain: one row per customer, as of a date.
-- Reads: assigned_customers
-- Params: none
SELECT
    user_id,
    cluster,
    label AS cluster_label
FROM assigned_customers
