"""CREATE VIEW statements over the tables of a release, for DuckDB and for Spark SQL.

Each view names its columns in the order and types of the data dictionary, and the very files of its version. So it is
the release's, whatever comes later.
"""

from segmentation.planning.datasets import STAGE_OF, Dataset, dataset
from segmentation.warehouse import releases
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse

# Spark's names of types where DuckDB has others.
DUCKDB_TYPES = {"string": "varchar", "int": "integer", "float": "real", "timestamp": "timestamptz"}


def statements(warehouse: Warehouse, release: Release) -> dict[str, str]:
    """The text for each dialect, by its name: a schema of the shop's name, and a view for each table with columns."""
    tables = [(dataset(one.dataset), one) for one in releases.manifests(warehouse, release) if one.dataset in STAGE_OF]
    named = [(item, one) for item, one in tables if item.columns and _parquet(one)]
    head = f"-- Shop {release.shop} as of {release.as_of}, release {release.number}.\n"
    duckdb, spark = _quoted(release.shop, '"'), _quoted(release.shop, "`")
    return {
        "duckdb": "\n".join(
            [f"{head}CREATE SCHEMA IF NOT EXISTS {duckdb};"]
            + [_duckdb(warehouse, f"{duckdb}.{_quoted(item.name, chr(34))}", item, one) for item, one in named]
        )
        + "\n",
        "spark": "\n".join(
            [f"{head}CREATE SCHEMA IF NOT EXISTS {spark};"]
            + [_spark(warehouse, f"{spark}.{_quoted(item.name, '`')}", item, one) for item, one in named]
        )
        + "\n",
    }


def _duckdb(warehouse: Warehouse, view: str, item: Dataset, one: Manifest) -> str:
    folder = warehouse.place_of(one)
    files = ", ".join(_text(str(folder / name)) for name in _parquet(one))
    columns = ", ".join(
        f"{_quoted(name, chr(34))}::{_duckdb_type(kind)} AS {_quoted(name, chr(34))}"
        for name, kind in item.columns.items()
    )
    # Values that stand in the files' paths only; the as-of date and the version do too, and are no columns.
    hive = ", hive_partitioning = true, hive_types_autocast = false" if one.partitions else ""
    return f"CREATE OR REPLACE VIEW {view} AS SELECT {columns} FROM read_parquet([{files}]{hive});"  # noqa: S608


def _duckdb_type(kind: str) -> str:
    if kind.startswith("array<"):
        return f"{_duckdb_type(kind[len('array<') : -1])}[]"
    return DUCKDB_TYPES.get(kind, kind)


def _spark(warehouse: Warehouse, view: str, item: Dataset, one: Manifest) -> str:
    folder = warehouse.place_of(one)
    columns = ", ".join(
        f"CAST({_quoted(name, '`')} AS {kind}) AS {_quoted(name, '`')}" for name, kind in item.columns.items()
    )
    # Of a folder that holds the same rows in another form too, only the Parquet files.
    others = len(_parquet(one)) < len(one.files)
    place = f"{folder}/*.parquet" if others and not one.partitions else str(folder)
    return f"CREATE OR REPLACE VIEW {view} AS SELECT {columns} FROM parquet.{_quoted(place, '`')};"  # noqa: S608


def _parquet(one: Manifest) -> list[str]:
    return sorted(name for name in one.files if name.endswith(".parquet"))


def _quoted(name: str, sign: str) -> str:
    return f"{sign}{name.replace(sign, sign * 2)}{sign}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
