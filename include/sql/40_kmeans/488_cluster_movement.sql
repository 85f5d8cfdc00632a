-- Who moved from which cluster to which since the month before, in this month's clusters.
-- Grain: one row per cluster then and cluster now.
-- Reads: assigned_customers, previous_clusters
-- Params: none
-- Note: a customer who was not there then is `new`, one who is not there now is `gone`. The spend is that of now, and
--   of then for those who are gone.
SELECT
    coalesce(before.label, 'new') AS cluster_label_previous,
    coalesce(now.label, 'gone') AS cluster_label,
    count(*) AS customers,
    sum(coalesce(now.monetary, before.monetary)) AS monetary
FROM assigned_customers AS now
FULL OUTER JOIN previous_clusters AS before ON now.user_id = before.user_id
GROUP BY coalesce(before.label, 'new'), coalesce(now.label, 'gone')
