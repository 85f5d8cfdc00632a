"""Do the contenders agree? Asked after the first round: one reader, DuckDB, looks at the Parquet of all.

Tables that must be equal are compared by their number of rows and by the sum of the rows' hashes, which does not
depend on their order. Where they differ, the first differing rows are told.
"""

from pathlib import Path

import duckdb

from bench.errors import BenchError
from bench.journeys import FIRST
from bench.outputs import OF_MONTH, Output
from bench.search_agreement import check_search
from bench.stages import AS_OF, WINDOW_START, raw_files
from segmentation.config.settings import Settings

# Column -> what is compared. Casts, where the writers choose other types for the same values.
EQUAL = {
    "reviews": [
        "rating", "title", "text", "asin", "parent_asin", "user_id", "epoch_us(reviewed_at)", "helpful_vote::BIGINT",
        "verified_purchase", "review_year::INTEGER",
    ],
    # The same JSON may be spelt with or without spaces.
    "products": [
        "parent_asin", "title", "main_category", "store", "average_rating", "rating_number::BIGINT", "price_text",
        "categories", "json(details)::VARCHAR",
    ],
    "known_products": [
        "parent_asin", "product_name", "main_category", "price_text", "price::DECIMAL(18,2)", "average_rating",
        "rating_number::BIGINT", "dropped",
    ],
    "purchases": [
        "user_id", "parent_asin", "product_name", "main_category", "epoch_us(purchased_at)", "rating",
        "helpful_vote::BIGINT", "price::DECIMAL(18,2)", "purchase_month::DATE",
    ],
    "customer_rfm": [
        "user_id", "recency_days::BIGINT", "frequency::BIGINT", "monetary::DECIMAL(18,2)", "r_score::INTEGER",
        "f_score::INTEGER", "m_score::INTEGER", "rfm_score", "segment",
    ],
    "rfm_edges": [
        "metric", "score::INTEGER", "lower::DECIMAL(18,2)", "upper::DECIMAL(18,2)", "customers::BIGINT",
    ],
    "segment_summary": [
        "segment", "segment_group", "customers::BIGINT", "share::DOUBLE", "avg_recency_days", "avg_frequency",
        "avg_monetary::DECIMAL(18,2)", "total_monetary::DECIMAL(28,2)", "share_of_total",
    ],
}  # fmt: skip
NOTEBOOK = ["user_id", "recency::BIGINT", "frequency::BIGINT", "round(monetary, 2)::DECIMAL(18,2)"]
SHOWN = 3


def check(outputs: list[Output], data: Path) -> dict[str, int]:
    """Compare all outputs with the first one that makes the tables; the notebook-style run with a query of its rules.

    Prints a line for each table. Returns the rows of each table. Raises BenchError for the first that differs.
    """
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    alike = [output for output in outputs if output.name != "notebook"]
    rows = {}
    for name, columns in EQUAL.items():
        if alike:
            rows[name] = _same_rows(con, name, columns, alike, AS_OF)
            print(f"  {name}: {rows[name]:,} rows, {_in_words(alike)}", flush=True)
    for output in alike[1:]:
        check_search(con, alike[0], output)
    for output in outputs:
        if output.name == "notebook":
            rows |= {"notebook_customers": _check_notebook(con, output, data)}
    return rows


def check_later(outputs: list[Output]) -> None:
    """Compare what all have made on a later journey, month by month: customers, edges, segments, number of clusters.

    Raises BenchError for the first table that differs.
    """
    con, journey = duckdb.connect(), outputs[0].journey
    con.execute("SET TimeZone = 'UTC'")
    for as_of in journey.months:
        for name in (name for name in EQUAL if name in OF_MONTH):
            _same_rows(con, name, EQUAL[name], outputs, as_of)
        for output in outputs:
            query = f"SELECT count(*), sum(customers) FROM {output.table('cluster_profile', as_of)}"  # noqa: S608
            clusters, customers = con.execute(query).fetchone()
            everyone = con.execute(f"SELECT count(*) FROM {output.table('customer_rfm', as_of)}").fetchone()[0]  # noqa: S608
            if customers != everyone or (journey.k and clusters != journey.k):
                raise BenchError(
                    f"{output.title} has {clusters} clusters of {customers:,} customers as of {as_of}; "
                    f"there are {everyone:,} customers, and {journey.k or 'any number of'} clusters were asked for."
                )
    print(f"  {journey.title}: {_in_words(outputs)}", flush=True)


def _same_rows(con: duckdb.DuckDBPyConnection, name: str, columns: list[str], outputs: list[Output], as_of: str) -> int:
    """The rows of a table that is the same in all outputs. Raises BenchError with what differs."""
    first, *others = [hash_sum(con, output.table(name, as_of), columns) for output in outputs]
    for output, found in zip(outputs[1:], others, strict=True):
        if found != first:
            raise BenchError(differences(con, name, columns, outputs[0], output, as_of))
    return first[0]


def _in_words(outputs: list[Output]) -> str:
    return f"the same in {', '.join(output.title for output in outputs)}"


def hash_sum(con: duckdb.DuckDBPyConnection, source: str, columns: list[str]) -> tuple[int, int]:
    """The number of rows, and the sum of their 64-bit hashes."""
    query = f"SELECT count(*), coalesce(sum(hash({', '.join(columns)})::HUGEINT), 0) FROM {source}"  # noqa: S608
    return con.execute(query).fetchone()


def differences(
    con: duckdb.DuckDBPyConnection, name: str, columns: list[str], one: Output, other: Output, as_of: str = AS_OF
) -> str:
    """What differs between a table of two outputs, with the first rows that only one of them has."""
    parts = []
    for here, there in ((one, other), (other, one)):
        first, second = (f"SELECT {', '.join(columns)} FROM {output.table(name, as_of)}" for output in (here, there))  # noqa: S608
        con.execute(f"CREATE OR REPLACE TEMP TABLE odd AS {first} EXCEPT ALL {second}")
        count = con.execute("SELECT count(*) FROM odd").fetchone()[0]
        shown = con.execute(f"SELECT * FROM odd ORDER BY ALL LIMIT {SHOWN}").fetchall()  # noqa: S608
        lines = "".join(f"\n    {row}" for row in shown)
        parts.append(f"\n  {count:,} rows only in {here.title}{':' if shown else ''}{lines}")
    return f"The table {name} differs between {one.title} and {other.title}." + "".join(parts)


def _check_notebook(con: duckdb.DuckDBPyConnection, output: Output, data: Path) -> int:
    """Its customers' values against a query of the rules that it follows, on the raw files."""
    settings, (reviews, products) = Settings(), raw_files(data)
    con.execute("SET VARIABLE excluded = ?", [list(settings.excluded_categories)])
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE by_the_rules AS
        WITH verified AS (
            SELECT DISTINCT *
            FROM read_json('{reviews}', format = 'newline_delimited', ignore_errors = true, columns = {{
                rating: 'DOUBLE', title: 'VARCHAR', text: 'VARCHAR', images: 'VARCHAR', asin: 'VARCHAR',
                parent_asin: 'VARCHAR', user_id: 'VARCHAR', timestamp: 'BIGINT', helpful_vote: 'BIGINT',
                verified_purchase: 'BOOLEAN'}})
            WHERE verified_purchase
        ),
        wanted AS (
            SELECT parent_asin, try_cast(price AS DOUBLE) AS price
            FROM read_json('{products}', format = 'newline_delimited', ignore_errors = true, columns = {{
                parent_asin: 'VARCHAR', main_category: 'VARCHAR', price: 'VARCHAR'}})
            WHERE NOT list_contains(getvariable('excluded'), main_category)
                AND main_category NOT IN ('None', 'none', 'N/A', 'n/a', 'null', 'NULL', '')
        )
        SELECT
            user_id,
            datediff('day', make_timestamp(max(timestamp) * 1000)::DATE, DATE '{AS_OF}') AS recency,
            count(*) AS frequency,
            sum(price) AS monetary
        FROM verified JOIN wanted USING (parent_asin)
        WHERE price > 0.25
            AND make_timestamp(timestamp * 1000) BETWEEN TIMESTAMP '{WINDOW_START}' AND TIMESTAMP '{AS_OF}'
        GROUP BY user_id
    """)  # noqa: S608
    rules = _Rules("the query of its rules", "rules", FIRST, data)
    found = hash_sum(con, output.table("customer_values"), NOTEBOOK)
    if found != hash_sum(con, rules.table("customer_values"), NOTEBOOK):
        raise BenchError(differences(con, "customer_values", NOTEBOOK, rules, output))
    print(f"  {output.title}: {found[0]:,} customers, the same as by a query of its own rules", flush=True)
    return found[0]


class _Rules(Output):
    def table(self, name: str, as_of: str | None = None) -> str:
        return "by_the_rules"
