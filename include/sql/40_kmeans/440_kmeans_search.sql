-- The numbers of clusters that were tried, and which was chosen and why.
-- Grain: one row per k.
-- Reads: tried_k
-- Params: none
SELECT
    k,
    wcss,
    silhouette,
    chosen,
    reason
FROM tried_k
