-- How many customers of its segment fulfil a claim's conditions, and what they spent.
-- Grain: one row per claim with conditions whose segment has customers.
-- Reads: claim_bounds, customer_segments
-- Params: none
-- Note: the conditions of one way have to hold together; one way is enough.
WITH ways AS (
    SELECT
        segment,
        claim_number,
        way,
        collect_list(named_struct('measure', measure, 'side', side, 'hundredths', hundredths)) AS conditions
    FROM claim_bounds
    GROUP BY segment, claim_number, way
),

asked AS (
    SELECT
        segment,
        claim_number,
        collect_list(conditions) AS ways
    FROM ways
    GROUP BY segment, claim_number
),

answers AS (
    SELECT /*+ BROADCAST(asked) */ -- noqa: CP03
        asked.segment,
        asked.claim_number,
        customer_segments.monetary,
        exists(
            asked.ways,
            conditions -> forall(
                conditions,
                one -> (
                    CASE one.measure
                        WHEN 'bought' THEN least(customer_segments.frequency, customer_segments.orders) * 100
                        WHEN 'spend' THEN cast(customer_segments.monetary * 100 AS BIGINT)
                        ELSE cast(customer_segments.recency_days AS BIGINT) * 100
                    END - one.hundredths
                ) * CASE one.side WHEN 'at_least' THEN 1 ELSE -1 END >= 0
            )
        ) AS fits
    FROM customer_segments
    INNER JOIN asked ON customer_segments.segment = asked.segment
)

SELECT
    segment,
    claim_number,
    count_if(fits) AS customers,
    coalesce(sum(monetary) FILTER (WHERE fits), 0) AS monetary
FROM answers
GROUP BY segment, claim_number
