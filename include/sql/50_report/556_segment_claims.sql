-- What the map claims of each segment, what is found, and whether it holds.
-- Grain: one row per claim of the segment map.
-- Reads: claims, claim_values, claim_fits
-- Params: none
-- Note: figure and held are null for a segment without customers, and where there is nothing to compare with: a share
--   of no spend, or times a spend of all that is 0. The figure has six decimals, rounded away from the
--   limit that it has to keep: so what is claimed of all does not hold by rounding, and whether it holds is exact. The
--   words about what is found round it once more in the same direction.
WITH sums AS (
    SELECT
        claims.segment,
        claims.claim_number,
        claims.claim,
        claims.found_words,
        claims.kind,
        claims.measure,
        claims.of_all,
        claims.comparison,
        claims.limit_millionths,
        coalesce(own.customers, 0) AS customers,
        CASE
            WHEN claims.kind = 'customers' THEN cast(claim_fits.customers AS DECIMAL(38, 0))
            WHEN claims.kind = 'spend_of' THEN cast(claim_fits.monetary * 100 AS DECIMAL(38, 0))
            WHEN claims.kind = 'average' AND claims.of_all THEN cast(own.total * everyone.customers AS DECIMAL(38, 0))
            WHEN claims.kind = 'average' THEN cast(own.total AS DECIMAL(38, 0))
            ELSE cast(own.median_twice AS DECIMAL(38, 0))
        END AS upper_part,
        CASE
            WHEN claims.kind = 'customers' THEN cast(own.customers AS DECIMAL(38, 0))
            WHEN claims.kind = 'spend_of' THEN cast(own.total AS DECIMAL(38, 0))
            WHEN claims.kind = 'average' AND claims.of_all THEN cast(everyone.total * own.customers AS DECIMAL(38, 0))
            WHEN claims.kind = 'average' THEN cast(own.customers AS DECIMAL(38, 0)) * 100
            WHEN claims.of_all THEN cast(everyone.median_twice AS DECIMAL(38, 0))
            ELSE cast(200 AS DECIMAL(38, 0))
        END AS lower_part
    FROM claims
    LEFT JOIN claim_values AS own ON claims.segment = own.segment AND claims.measure = own.measure AND NOT own.is_all
    LEFT JOIN claim_values AS everyone ON claims.measure = everyone.measure AND everyone.is_all
    LEFT JOIN claim_fits ON claims.segment = claim_fits.segment AND claims.claim_number = claim_fits.claim_number
),

figures AS (
    SELECT
        segment,
        claim_number,
        claim,
        found_words,
        kind,
        measure,
        of_all,
        comparison,
        limit_millionths,
        customers,
        CASE comparison
            WHEN 'at least' THEN upper_part * 1000000 DIV nullif(lower_part, 0)
            ELSE (upper_part * 1000000 + lower_part - 1) DIV nullif(lower_part, 0)
        END AS millionths
    FROM sums
),

rounded AS (
    SELECT
        segment,
        claim_number,
        claim,
        found_words,
        comparison,
        limit_millionths,
        customers,
        millionths,
        kind IN ('customers', 'spend_of') AS is_share,
        CASE
            WHEN kind IN ('customers', 'spend_of') THEN 1000
            WHEN measure = 'recency' AND NOT of_all THEN 100000
            ELSE 10000
        END AS step
    FROM figures
),

shown AS (
    SELECT
        segment,
        claim_number,
        claim,
        found_words,
        comparison,
        limit_millionths,
        customers,
        millionths,
        is_share,
        step,
        CASE comparison
            WHEN 'at least' THEN millionths DIV step
            ELSE (millionths + step - 1) DIV step
        END AS steps
    FROM rounded
)

SELECT
    segment,
    claim_number,
    claim,
    customers,
    cast(cast(millionths AS DECIMAL(18, 0)) / 1000000 AS DECIMAL(18, 6)) AS figure,
    comparison,
    cast(cast(limit_millionths AS DECIMAL(18, 0)) / 1000000 AS DECIMAL(18, 6)) AS limit,
    CASE comparison
        WHEN 'at least' THEN millionths >= limit_millionths
        ELSE millionths <= limit_millionths
    END AS held,
    replace(
        found_words,
        '{}',
        CASE
            WHEN is_share THEN concat(cast(cast(steps AS DECIMAL(18, 0)) / 10 AS DECIMAL(18, 1)), '%')
            WHEN step = 100000 THEN cast(cast(cast(steps AS DECIMAL(18, 0)) / 10 AS DECIMAL(18, 1)) AS STRING)
            ELSE cast(cast(cast(steps AS DECIMAL(18, 0)) / 100 AS DECIMAL(18, 2)) AS STRING)
        END
    ) AS found
FROM shown
