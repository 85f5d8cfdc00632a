-- The numbers of clusters that were tried, and which was chosen and why.
-- Grain: one row per algorithm and k.
-- Reads: tried_k
-- Params: none
SELECT
    algorithm,
    k,
    wcss,
    silhouette,
    chosen,
    reason
FROM tried_k
