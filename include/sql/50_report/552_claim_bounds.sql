-- The conditions of the claims, each as a least or a most value in hundredths.
-- Grain: one row per condition.
-- Reads: claim_conditions, claim_counts, claim_values
-- Params: none
-- Note: the number of a condition is in millionths: a value, times the average of all customers, or the share of all
--   customers who stand below. The value at such a share is the exact quantile of the score edges (type 7):
--   rank h = (n - 1) * share, x[floor(h)] + (h - floor(h)) * (x[floor(h) + 1] - x[floor(h)]). Rounding is towards the
--   customers who fulfil the condition, and leaves out none, because values are whole hundredths.
WITH places AS (
    SELECT
        measure,
        hundredths,
        sum(sum(customers)) OVER smaller - sum(customers) AS customers_below,
        sum(sum(customers)) OVER smaller AS customers_up_to
    FROM claim_counts
    GROUP BY measure, hundredths
    WINDOW smaller AS (PARTITION BY measure ORDER BY hundredths ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),

-- Of all customers in the measure of each condition.
everyone AS (
    SELECT
        conditions.segment,
        conditions.claim_number,
        conditions.way,
        conditions.condition_number,
        conditions.measure,
        conditions.side,
        conditions.basis,
        cast(conditions.number AS DECIMAL(20, 0)) AS number,
        all_values.customers,
        all_values.total,
        cast((all_values.customers - 1) * cast(conditions.number AS DECIMAL(20, 0)) DIV 1000000 AS BIGINT) AS rank,
        (all_values.customers - 1) * cast(conditions.number AS DECIMAL(20, 0)) % 1000000 AS parts
    FROM claim_conditions AS conditions
    INNER JOIN claim_values AS all_values ON conditions.measure = all_values.measure AND all_values.is_all
),

neighbours AS (
    SELECT /*+ BROADCAST(everyone) */ -- noqa: CP03
        everyone.segment,
        everyone.claim_number,
        everyone.way,
        everyone.condition_number,
        max(everyone.parts) AS parts,
        min(places.hundredths) FILTER (WHERE places.customers_up_to > everyone.rank) AS lower_value,
        min(places.hundredths) FILTER (WHERE places.customers_up_to > everyone.rank + 1) AS upper_value
    FROM everyone
    INNER JOIN places
        ON
            everyone.measure = places.measure
            AND everyone.rank + 1 >= places.customers_below
            AND everyone.rank < places.customers_up_to
    WHERE everyone.basis = 'place'
    GROUP BY everyone.segment, everyone.claim_number, everyone.way, everyone.condition_number
),

-- What the bound is, as a fraction.
fractions AS (
    SELECT
        everyone.segment,
        everyone.claim_number,
        everyone.way,
        everyone.measure,
        everyone.side,
        CASE everyone.basis
            WHEN 'value' THEN cast(everyone.number AS DECIMAL(38, 0))
            WHEN 'average' THEN cast(everyone.number * everyone.total AS DECIMAL(38, 0))
            ELSE cast(
                cast(neighbours.lower_value AS DECIMAL(20, 0)) * 1000000
                + (coalesce(neighbours.upper_value, neighbours.lower_value) - neighbours.lower_value)
                * neighbours.parts AS DECIMAL(38, 0)
            )
        END AS upper_part,
        CASE everyone.basis
            WHEN 'value' THEN cast(10000 AS DECIMAL(38, 0))
            WHEN 'average' THEN cast(everyone.customers * cast(1000000 AS DECIMAL(7, 0)) AS DECIMAL(38, 0))
            ELSE cast(1000000 AS DECIMAL(38, 0))
        END AS lower_part
    FROM everyone
    LEFT JOIN neighbours
        ON
            everyone.segment = neighbours.segment
            AND everyone.claim_number = neighbours.claim_number
            AND everyone.way = neighbours.way
            AND everyone.condition_number = neighbours.condition_number
)

SELECT
    segment,
    claim_number,
    way,
    measure,
    side,
    CASE side
        WHEN 'at_least' THEN (upper_part + lower_part - 1) DIV lower_part
        ELSE upper_part DIV lower_part
    END AS hundredths
FROM fractions
