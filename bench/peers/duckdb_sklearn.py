"""DuckDB and scikit-learn: the workflow's tables as one script, with as many threads as there are cores."""

import sys
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.peers.search import search
from bench.stages import AS_OF, CLEAN, RAW, SCORES, SEARCH, TABLES, WINDOW_START, Clock, raw_files
from segmentation.segment_maps import load_map
from segmentation.settings import Settings

SQL = Path(__file__).with_name("duckdb_sklearn.sql")


def main(data: Path, out: Path) -> None:
    """Read the raw files of `data`; write a folder or file of Parquet for each table into `out`."""
    clock, steps = Clock(out), _statements()
    reviews, products = raw_files(data)
    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    con.execute(f"SET VARIABLE as_of = DATE '{AS_OF}'; SET VARIABLE window_start = DATE '{WINDOW_START}'")
    settings = Settings()
    con.execute("SET VARIABLE excluded = ?", [list(settings.excluded_categories)])
    con.execute("SET VARIABLE min_price = ?", [settings.min_price])
    con.execute("SET VARIABLE frequency_edges = ?", [list(settings.frequency_edges)])
    for name, path in (("reviews", reviews), ("products", products), ("out", out)):
        con.execute(f"SET VARIABLE {name} = ?", [str(path)])
    _register_map(con)

    def run(*names: str) -> None:
        for name in names:
            con.execute(steps[name])

    def write(name: str) -> None:
        con.execute(f"COPY {name} TO '{out / name}.parquet' (FORMAT parquet, CODEC zstd)")

    with clock.stage(RAW):
        run("raw_reviews", "raw_products")
        con.execute(f"COPY reviews TO '{out / 'reviews'}' (FORMAT parquet, CODEC zstd, PARTITION_BY (review_year))")
        write("products")
    with clock.stage(CLEAN):
        run("read_back", "known_products")
        write("known_products")
        run("purchases")
        write("purchases")
        run("customer_values")
    with clock.stage(SCORES):
        run("edges", "customer_rfm", "rfm_edges")
        write("customer_rfm")
        write("rfm_edges")
    with clock.stage(SEARCH):
        values = con.execute(steps["values_of_customers"]).fetchnumpy()
        found = search(values["recency_days"], values["frequency"], values["cents"])
    with clock.stage(TABLES):
        tried = [(one.k, one.wcss, one.silhouette, one.k == found.chosen) for one in found.tried]
        con.register("kmeans_search", _table(("k", "wcss", "silhouette", "chosen"), tried))
        con.register("labels", _table(("cluster", "label"), list(enumerate(found.labels))))
        con.register("placed", pa.table({"user_id": values["user_id"].astype(str), "cluster": found.clusters}))
        run("customer_clusters", "cluster_profile", "segment_summary")
        for name in ("kmeans_search", "customer_clusters", "cluster_profile", "segment_summary"):
            write(name)
    clock.save()


def _statements() -> dict[str, str]:
    """The parts of the SQL file by their names: each begins with a line `-- name`."""
    parts = SQL.read_text(encoding="utf-8").split("\n--- ")[1:]
    return {name: text for name, _, text in (part.partition("\n") for part in parts)}


def _register_map(con: duckdb.DuckDBPyConnection) -> None:
    segments = load_map("came_back")
    con.register("segments", _table(("segment", "segment_group"), [(one.name, one.group) for one in segments]))
    cells = [(cell, one.name) for one in segments for cell in one.cells]
    con.register("segment_cells", _table(("cell", "segment"), cells))


def _table(names: tuple[str, ...], rows: list[tuple]) -> pa.Table:
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
