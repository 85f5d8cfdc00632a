"""DuckDB and scikit-learn: the workflow's tables as one script, with as many threads as there are cores."""

import sys
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.journeys import FIRST, JOURNEYS, Journey, window_start
from bench.peers.search import search
from bench.stages import CLEAN, RAW, SCORES, SEARCH, TABLES, Clock, raw_files
from segmentation.config.segment_maps import load_map
from segmentation.config.settings import Settings

SQL = Path(__file__).with_name("duckdb_sklearn.sql")


def main(data: Path, out: Path, journey: Journey) -> None:
    """Write a folder or file of Parquet for each table; the first time from the raw files of `data` into `out`.

    Later the purchases are read again from there, and all that rests on them is made once more.
    """
    clock, steps = Clock(out), _statements()
    con = _connection(data, out)
    _register_map(con, journey.segment_map or "came_back")

    def run(*names: str) -> None:
        for name in names:
            con.execute(steps[name])

    def write(place: Path, *names: str) -> None:
        for name in names:
            con.execute(f"COPY {name} TO '{place / name}.parquet' (FORMAT parquet, CODEC zstd)")

    if journey == FIRST:
        with clock.stage(RAW):
            run("raw_reviews", "raw_products")
            con.execute(f"COPY reviews TO '{out / 'reviews'}' (FORMAT parquet, CODEC zstd, PARTITION_BY (review_year))")
            write(out, "products")
        with clock.stage(CLEAN):
            run("read_back", "known_products")
            write(out, "known_products")
            run("purchases")
            write(out, "purchases")
    else:
        run("purchases_again")
    for as_of in journey.months:
        place = journey.place(out, as_of)
        place.mkdir(parents=True, exist_ok=True)
        con.execute(f"SET VARIABLE as_of = DATE '{as_of}'; SET VARIABLE window_start = DATE '{window_start(as_of)}'")
        with clock.stage(CLEAN):
            run("customer_values")
        with clock.stage(SCORES):
            run("edges", "customer_rfm", "rfm_edges")
            write(place, "customer_rfm", "rfm_edges")
        with clock.stage(SEARCH):
            values = con.execute(steps["values_of_customers"]).fetchnumpy()
            found = search(values["recency_days"], values["frequency"], values["cents"], journey.k)
        with clock.stage(TABLES):
            tried = [(one.k, one.wcss, one.silhouette, one.k == found.chosen) for one in found.tried]
            con.register("kmeans_search", _table(("k", "wcss", "silhouette", "chosen"), tried))
            con.register("labels", _table(("cluster", "label"), list(enumerate(found.labels))))
            con.register("placed", pa.table({"user_id": values["user_id"].astype(str), "cluster": found.clusters}))
            run("customer_clusters", "cluster_profile", "segment_summary")
            write(place, "kmeans_search", "customer_clusters", "cluster_profile", "segment_summary")
    clock.save()


def _connection(data: Path, out: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that knows the settings and where the files are."""
    con, settings = duckdb.connect(), Settings()
    reviews, products = raw_files(data)
    con.execute("SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    con.execute("SET VARIABLE excluded = ?", [list(settings.excluded_categories)])
    con.execute("SET VARIABLE min_price = ?", [settings.min_price])
    con.execute("SET VARIABLE frequency_edges = ?", [list(settings.frequency_edges)])
    for name, path in (("reviews", reviews), ("products", products), ("out", out)):
        con.execute(f"SET VARIABLE {name} = ?", [str(path)])
    return con


def _statements() -> dict[str, str]:
    """The parts of the SQL file by their names: each begins with a line `-- name`."""
    parts = SQL.read_text(encoding="utf-8").split("\n--- ")[1:]
    return {name: text for name, _, text in (part.partition("\n") for part in parts)}


def _register_map(con: duckdb.DuckDBPyConnection, name: str) -> None:
    segments = load_map(name)
    con.register("segments", _table(("segment", "segment_group"), [(one.name, one.group) for one in segments]))
    cells = [(cell, one.name) for one in segments for cell in one.cells]
    con.register("segment_cells", _table(("cell", "segment"), cells))


def _table(names: tuple[str, ...], rows: list[tuple]) -> pa.Table:
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), JOURNEYS[sys.argv[3]])
