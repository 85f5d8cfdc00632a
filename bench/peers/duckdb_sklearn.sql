-- The statements of duckdb_sklearn.py. `--- name` begins a part.

--- raw_reviews
CREATE VIEW reviews AS
SELECT
    rating, title, text, asin, parent_asin, user_id,
    make_timestamp(timestamp * 1000) AS reviewed_at,
    coalesce(helpful_vote, 0) AS helpful_vote,
    coalesce(verified_purchase, FALSE) AS verified_purchase,
    year(make_timestamp(timestamp * 1000))::INTEGER AS review_year
FROM read_json(
    getvariable('reviews'), format = 'newline_delimited', ignore_errors = TRUE,
    columns = {
        rating: 'DOUBLE', title: 'VARCHAR', text: 'VARCHAR', asin: 'VARCHAR', parent_asin: 'VARCHAR',
        user_id: 'VARCHAR', timestamp: 'BIGINT', helpful_vote: 'BIGINT', verified_purchase: 'BOOLEAN'
    }
)
WHERE user_id IS NOT NULL AND parent_asin IS NOT NULL AND timestamp IS NOT NULL AND rating IS NOT NULL;

--- raw_products
CREATE VIEW products AS
SELECT
    parent_asin, title, main_category, store, average_rating, rating_number, price AS price_text, categories, details
FROM read_json(
    getvariable('products'), format = 'newline_delimited', ignore_errors = TRUE,
    columns = {
        parent_asin: 'VARCHAR', title: 'VARCHAR', main_category: 'VARCHAR', store: 'VARCHAR', average_rating: 'DOUBLE',
        rating_number: 'BIGINT', price: 'VARCHAR', categories: 'VARCHAR[]', details: 'VARCHAR'
    }
)
WHERE parent_asin IS NOT NULL;

--- read_back
CREATE VIEW verified AS
SELECT * FROM read_parquet(getvariable('out') || '/reviews/*/*.parquet') WHERE verified_purchase;
CREATE VIEW written_products AS
SELECT * FROM read_parquet(getvariable('out') || '/products.parquet');

--- known_products
CREATE TABLE known_products AS
WITH mended AS (
    SELECT
        parent_asin,
        CASE WHEN title NOT IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '') THEN title END AS product_name,
        CASE WHEN main_category NOT IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '') THEN main_category END
            AS main_category,
        CASE WHEN price_text NOT IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '') THEN price_text END
            AS price_text,
        try_cast(price_text AS DECIMAL(12, 2)) AS price,
        average_rating,
        rating_number
    FROM written_products
)
SELECT DISTINCT ON (parent_asin) *, coalesce(list_contains(getvariable('excluded'), main_category), FALSE) AS dropped
FROM mended
ORDER BY
    parent_asin, product_name NULLS LAST, main_category NULLS LAST, price NULLS LAST, price_text NULLS LAST,
    average_rating NULLS LAST, rating_number NULLS LAST;

--- purchases
-- Copies share the customer and the millisecond. So the long texts are read and compared only where those meet.
CREATE TABLE meeting AS
SELECT user_id, reviewed_at FROM verified GROUP BY user_id, reviewed_at HAVING count(*) > 1;

CREATE TABLE purchases AS
WITH distinct_reviews AS (
    SELECT user_id, parent_asin, reviewed_at, rating, helpful_vote
    FROM verified ANTI JOIN meeting USING (user_id, reviewed_at)
    UNION ALL
    SELECT user_id, parent_asin, reviewed_at, rating, helpful_vote
    FROM (
        SELECT DISTINCT user_id, parent_asin, asin, reviewed_at, rating, helpful_vote, title, text
        FROM verified SEMI JOIN meeting USING (user_id, reviewed_at)
    )
)
SELECT
    review.user_id,
    review.parent_asin,
    product.product_name,
    product.main_category,
    review.reviewed_at AS purchased_at,
    CASE WHEN review.rating = 0 THEN 1.0 ELSE review.rating END::DOUBLE AS rating,
    greatest(review.helpful_vote, 0) AS helpful_vote,
    product.price,
    date_trunc('month', review.reviewed_at)::DATE AS purchase_month
FROM distinct_reviews AS review
LEFT JOIN known_products AS product USING (parent_asin)
WHERE product.dropped IS NOT TRUE;

--- purchases_again
CREATE VIEW purchases AS
SELECT * FROM read_parquet(getvariable('out') || '/purchases.parquet');

--- customer_values
CREATE OR REPLACE TABLE customer_values AS
SELECT
    user_id,
    datediff('day', max(purchased_at)::DATE, getvariable('as_of'))::INTEGER AS recency_days,
    count(*) AS frequency,
    sum(price)::DECIMAL(18, 2) AS monetary
FROM purchases
WHERE
    purchased_at >= getvariable('window_start') AND purchased_at < getvariable('as_of')
    AND price > getvariable('min_price')
GROUP BY user_id;

--- edges
-- Quantiles in whole hundredths, rounded up where they do not divide; those of frequency are fixed.
CREATE OR REPLACE TABLE edge_values AS
WITH quantiles AS (
    SELECT
        quantile_cont(recency_days * 100, [0.2, 0.4, 0.6, 0.8]) AS recency,
        quantile_cont((monetary * 100)::BIGINT, [0.2, 0.4, 0.6, 0.8]) AS monetary
    FROM customer_values
)
SELECT
    [(ceil(round(x, 3)) / 100)::DECIMAL(18, 2) FOR x IN recency] AS recency,
    [x::DECIMAL(18, 2) FOR x IN getvariable('frequency_edges')] AS frequency,
    [(ceil(round(x, 3)) / 100)::DECIMAL(18, 2) FOR x IN monetary] AS monetary
FROM quantiles;

--- customer_rfm
CREATE OR REPLACE TABLE customer_rfm AS
WITH scored AS (
    SELECT
        customer_values.*,
        (5 - len([x FOR x IN edges.recency IF x <= recency_days]))::INTEGER AS r_score,
        (1 + len([x FOR x IN edges.frequency IF x <= customer_values.frequency]))::INTEGER AS f_score,
        (1 + len([x FOR x IN edges.monetary IF x <= customer_values.monetary]))::INTEGER AS m_score
    FROM customer_values, edge_values AS edges
)
SELECT scored.*, cell AS rfm_score, segment
FROM scored LEFT JOIN segment_cells ON concat(r_score, f_score, m_score) = cell;

--- rfm_edges
CREATE OR REPLACE TABLE rfm_edges AS
WITH bins AS (
    SELECT 'recency' AS metric, 5 - i AS score, recency[i] AS lower, recency[i + 1] AS upper
    FROM edge_values, range(5) AS r (i)
    UNION ALL
    SELECT 'frequency', i + 1, frequency[i], frequency[i + 1] FROM edge_values, range(5) AS r (i)
    UNION ALL
    SELECT 'monetary', i + 1, monetary[i], monetary[i + 1] FROM edge_values, range(5) AS r (i)
),
counts AS (
    SELECT 'recency' AS metric, r_score AS score, count(*) AS customers FROM customer_rfm GROUP BY r_score
    UNION ALL
    SELECT 'frequency', f_score, count(*) FROM customer_rfm GROUP BY f_score
    UNION ALL
    SELECT 'monetary', m_score, count(*) FROM customer_rfm GROUP BY m_score
)
SELECT metric, score::INTEGER AS score, lower, upper, coalesce(customers, 0) AS customers
FROM bins LEFT JOIN counts USING (metric, score);

--- values_of_customers
SELECT user_id, recency_days, frequency, (monetary * 100)::BIGINT AS cents FROM customer_rfm;

--- customer_clusters
CREATE OR REPLACE TABLE customer_clusters AS
SELECT placed.user_id, placed.cluster::INTEGER AS cluster, labels.label AS cluster_label
FROM placed JOIN labels USING (cluster);

--- cluster_profile
CREATE OR REPLACE TABLE cluster_profile AS
SELECT
    cluster,
    cluster_label AS label,
    count(*) AS customers,
    count(*) / sum(count(*)) OVER () AS share,
    round(sum(recency_days) / count(*), 4) AS avg_recency_days,
    round(sum(frequency) / count(*), 4) AS avg_frequency,
    (sum(monetary) / count(*))::DECIMAL(18, 2) AS avg_monetary,
    sum(monetary) AS total_monetary
FROM customer_clusters JOIN customer_rfm USING (user_id)
GROUP BY cluster, cluster_label;

--- segment_summary
CREATE OR REPLACE TABLE segment_summary AS
WITH now AS (
    SELECT
        segment, count(*) AS customers, sum(recency_days) AS days, sum(frequency) AS purchases, sum(monetary) AS spend
    FROM customer_rfm GROUP BY segment
)
SELECT
    segment,
    segment_group,
    coalesce(customers, 0) AS customers,
    coalesce(customers, 0) / sum(customers) OVER () AS share,
    round(days / customers, 4) AS avg_recency_days,
    round(purchases / customers, 4) AS avg_frequency,
    (spend / customers)::DECIMAL(18, 2) AS avg_monetary,
    coalesce(spend, 0)::DECIMAL(28, 2) AS total_monetary,
    coalesce(spend, 0)::DOUBLE / (sum(spend) OVER ())::DOUBLE AS share_of_total
FROM segments LEFT JOIN now USING (segment);
