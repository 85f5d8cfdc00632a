-- The words that set a segment's reviews apart from those of all others.
-- Grain: one row per segment and place, ten of a segment at most.
-- Reads: review_words, review_sentiment
-- Params: none
-- Note: log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, "Fightin' Words"), over the
--   numbers of reviews that hold a word. The prior has the weight of 1,000 words, spread as all segments together use
--   them. A word counts from a z-score of 4 on, which chance alone brings to one in 30,000 words; a word of few reviews
--   has no such score. Among equals the alphabet decides. A word that is the only one of all has no odds.
WITH sizes AS (
    SELECT
        segment,
        count(*) AS sampled,
        sum(count(*)) OVER () AS all_sampled
    FROM review_sentiment
    GROUP BY segment
),

counted AS (
    SELECT
        segment,
        word,
        reviews AS here,
        sum(reviews) OVER (PARTITION BY word) - reviews AS elsewhere,
        sum(reviews) OVER (PARTITION BY segment) AS all_here,
        sum(reviews) OVER () AS all_words
    FROM review_words
),

weighed AS (
    SELECT
        segment,
        word,
        here,
        elsewhere,
        all_here + 1000 AS whole_here,
        all_words - all_here + 1000 AS whole_elsewhere,
        here + 1000 * (here + elsewhere) / all_words AS mass_here,
        elsewhere + 1000 * (here + elsewhere) / all_words AS mass_elsewhere
    FROM counted
),

judged AS (
    SELECT
        segment,
        word,
        here,
        elsewhere,
        ln(mass_here / nullif(whole_here - mass_here, 0))
        - ln(mass_elsewhere / nullif(whole_elsewhere - mass_elsewhere, 0)) AS log_odds,
        sqrt(1 / mass_here + 1 / mass_elsewhere) AS spread
    FROM weighed
),

ranked AS (
    SELECT
        segment,
        word,
        here,
        elsewhere,
        round(log_odds, 4) AS log_odds,
        round(log_odds / spread, 4) AS z_score,
        row_number() OVER (PARTITION BY segment ORDER BY round(log_odds / spread, 4) DESC, word ASC) AS place
    FROM judged
)

SELECT
    ranked.segment,
    cast(ranked.place AS INT) AS place,
    ranked.word,
    ranked.here AS reviews,
    round(ranked.here / sizes.sampled, 6) AS share,
    round(ranked.elsewhere / nullif(sizes.all_sampled - sizes.sampled, 0), 6) AS share_elsewhere,
    ranked.log_odds,
    ranked.z_score
FROM ranked
INNER JOIN sizes ON ranked.segment = sizes.segment
WHERE ranked.place <= 10 AND ranked.z_score >= 4
