"""The datasets: names, columns, and that all code which makes rows is part of their version."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from segmentation.common.paths import PROJECT
from segmentation.common.release import RELEASE
from segmentation.config.settings import FIELDS
from segmentation.planning.code_version import code_version
from segmentation.planning.datasets import SQL_FOLDERS, STAGE_OF, STAGES, Dataset, dataset, stage_datasets
from segmentation.planning.earlier import PREVIOUS
from segmentation.planning.plan import SEGMENT_MAP_VIEWS
from segmentation.planning.sql_files import stage_files
from segmentation.sources import DEMO_CODE

SPARK_STAGES = [stage for stage in STAGES if stage != "fetch"]
KINDS = ("reviews", "orders", "customers")
ALL = [item for stage in SPARK_STAGES for item in stage_datasets(stage).values()]

# Modules that a job imports and whose text is not part of a version, each with the reason.
PLUMBING = {
    "common/formatting",  # the words of the log
    "warehouse/left_out",  # says in the log what the rows and figures say
    "warehouse/rows",  # reads rows that stand
    "planning/arguments",  # hands the settings on; their values are in the version
    "engine/checks",  # refuses what a check finds wrong; the checks' SQL shapes no row
    "planning/code_version",  # names the commit in the manifest
    "planning/earlier",  # names what a shop has released; those versions are inputs
    "engine/input_versions",  # finds the versions that are read; they are inputs
    "engine/frozen_edges",  # refuses edges that do not fit; the edges are an input
    "planning/datasets",  # reads schema.yaml; the columns are in the version
    "common/errors",  # names of errors
    "config/user_input",  # refuses what cannot be read; what is read is in the version
    "common/quoting",  # words for values in messages
    "config/shops/names",  # checks the name of a shop, which is in no version
    "config/bins",  # chooses or refuses what goes with a number of bins; the values are in the version
    "common/spelling",  # finds the name that a misspelt one may mean
    "config/param_values",  # gives the params their types; their values are in the version
    "common/paths",  # where folders are
    "planning/result_settings",  # in the version with their values
    "planning/plan",  # makes the version itself, and the values of the markers, which are in the version
    "config/segment_maps/__init__",  # reads a map; its text is in the version
    "config/segment_maps/form",  # refuses what is no map
    "config/segment_maps/claims",  # refuses what is no claim; tests hold the figures of each kind
    "config/segment_maps/claim_rows",  # hands the claims on to the SQL
    "config/segment_maps/claim_words",  # says them in words; tests hold which
    "config/segment_maps/faults",  # words for what is no map
    "config/segment_maps/cells",  # gives each cell its segment; tests hold which, for lists and for each kind of rule
    "common/arrow_types",  # spells types
    "engine/shipped_code",  # brings the modules to the executors; those that make rows are in the version
    "common/release",  # the release's number, in the manifest
    "engine/hadoop",  # permissions of files, and what travels with settings
    "engine/spark_paths",  # spells paths
    "engine/session",  # the settings that change results are in the version
    "config/settings",  # checks the params; their values are in the version
    # List and bring the raw files; their checksums are in the source version.
    "sources/__init__",
    "sources/answers",
    "sources/checksums",
    "sources/copying",
    "sources/customer_tables",  # refuses keys and params that say nothing of customers
    "sources/demo",
    "config/allowed",  # refuses files
    "engine/figures",  # measures what is written
    "common/concurrency",  # starts jobs
    "warehouse/machine_failures",  # words for what went wrong
    "engine/check_limits",  # judges what stands
    "warehouse/locks",
    "warehouse/addresses",  # hides keys in messages
    "warehouse/manifests",  # what is said of rows, not the rows
    "sources/download",
    "sources/files",
    "sources/hub",
    "sources/huggingface",
    "config/kinds",  # names of sources
    "sources/addresses",
    "warehouse/landing",
    "sources/stores",
    # Land the rows of a query; their checksum is in the source version.
    "sources/database",
    "sources/dated",
    "sources/column_checks",  # refuses a mapping that does not fit
    "sources/databases/ahead",
    "sources/databases/asked",
    "sources/databases/checksum",
    "sources/databases/choice",
    "sources/databases/duck",
    "sources/databases/faults",
    "sources/databases/hooks",
    "sources/databases/landed",
    "sources/databases/postgres",
    "sources/databases/queries",
    "sources/databases/roads",
    "sources/databases/slices",
    "sources/databases/sqlite",
    "sources/databases/standing",
    "sources/databases/typed",
    "config/categories",  # names of categories; those that count are in the version
    "config/param_checks",  # refuses params that do not go together
    # What they make of a mapping and of the files' headers is in the source version.
    "sources/orders",
    "sources/orders_mapping",
    "sources/order_files",
    "sources/mapping_values",
    "sources/retries",
    "sources/resolved",
    "planning/sql_files",  # hands the SQL on unchanged; its text is in the version
    "engine/stage",  # decides whether to build, not what
    "engine/tables",  # reads and writes files; casts to the columns, which are in the version
    "warehouse/versions",  # moves finished files
    "engine/stage_inputs",  # makes views of versions, which are inputs
    "engine/stage_run",  # writes, checks and publishes
    "engine/sql_runner",  # makes views of the SQL
}


# schema.yaml
def test_the_stages_are_those_of_the_flow_in_its_order() -> None:
    assert list(STAGES) == ["fetch", "ingest", "clean", "rfm", "kmeans", "report"]
    assert list(SQL_FOLDERS) == SPARK_STAGES
    names = [name for names in STAGES.values() for name in names]
    assert len(names) == len(set(names)) == len(STAGE_OF)


@pytest.mark.parametrize("stage", SPARK_STAGES)
def test_a_stage_makes_what_its_schema_says(stage: str) -> None:
    assert set(stage_datasets(stage)) == set(STAGES[stage])
    for name, item in stage_datasets(stage).items():
        assert (item.name, item.stage) == (name, stage)
        assert dataset(name) == item


def test_an_unknown_dataset_is_a_mistake_of_the_code() -> None:
    with pytest.raises(KeyError):
        dataset("customers")


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.name)
def test_a_dataset_is_described_down_to_its_columns(item: Dataset) -> None:
    assert item.description.endswith(".")
    assert item.grain
    assert item.schema_version >= 1
    assert all(text.endswith((".", '."')) for text in item.descriptions.values())
    assert all(re.fullmatch("[a-z_]+", column) for column in item.columns)
    assert set(item.partition_by) <= set(item.columns)
    assert item.layout in ("as_computed", "one_file", "clustered", "file_per_list")
    assert (item.layout == "file_per_list") == ("list" in item.columns) == bool(item.order_by)
    assert (item.layout == "clustered") <= bool(item.sorted_by)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        (
            "customer_rfm",
            "`user_id` string, `recency_days` int, `frequency` bigint, `monetary` decimal(18,2), "
            "`r_score` int, `f_score` int, `m_score` int, `rfm_score` string, `segment` string, `orders` bigint, "
            "`previous_segment` string, `segment_since` date",
        ),
        (
            "rejected_rows",
            "`file` string, `place` bigint, `line_text` string, `reason` string, `cell` string, `amount` decimal(18,2)",
        ),
        ("report", ""),
    ],
)
def test_columns_are_those_that_users_rely_on(name: str, columns: str) -> None:
    assert dataset(name).ddl == columns


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.name)
def test_money_is_decimal(item: Dataset) -> None:
    # The centroids of a model are no sums of money but means of logarithms.
    money = {name: kind for name, kind in item.columns.items() if re.search("monetary|price$", name)}
    if item.name != "kmeans_model":
        assert all(kind.startswith("decimal(") for kind in money.values())


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.name)
def test_a_dataset_with_columns_has_a_sql_file_in_both_scorings(item: Dataset) -> None:
    for scoring in ("edges", "seed"):
        for kind in KINDS:
            made = bool(item.columns) and item.is_for(kind)
            # What only one kind of source makes may lie in the stage's own folder: nothing asks for it elsewhere.
            assert (item.name in stage_files(item.stage, scoring, kind)) >= made
            assert not (item.name in stage_files(item.stage, scoring, kind) and not item.columns)


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.name)
def test_a_dataset_is_for_a_kind_of_source_that_exists(item: Dataset) -> None:
    assert set(item.only_for) <= set(KINDS)


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.name)
def test_what_its_python_takes_in_exists(item: Dataset) -> None:
    assert set(item.python_uses) <= set(FIELDS)
    known = {*STAGE_OF, *SEGMENT_MAP_VIEWS, *stage_files(item.stage, "edges", (item.only_for or KINDS)[0])}
    assert {read.removeprefix(PREVIOUS) for read in item.python_reads} <= known


# The code of a stage
def module_path(name: str) -> Path | None:
    """The file of a module of the project, or None for a module from elsewhere."""
    start = PROJECT / "include" / name.replace(".", "/")
    return next((path for path in (start.with_suffix(".py"), start / "__init__.py") if path.is_file()), None)


def names_imported(node: ast.AST) -> set[str]:
    """The modules that a statement names, and what it takes from them, which may be modules as well."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: imports are absolute"
        return {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return set()


@cache
def imported(path: Path) -> set[Path]:
    """The project's modules that a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names |= names_imported(node)
    paths = {module_path(name) for name in names if name.startswith("segmentation.")}
    return {found for found in paths if found and not is_docstring(found)}


@cache
def is_docstring(path: Path) -> bool:
    """Whether a file has nothing but a docstring, as most packages do."""
    return len(ast.parse(path.read_text(encoding="utf-8")).body) == 1


@cache
def reached(stage: str) -> set[str]:
    """All that a stage's job can run of the project, by path inside it."""
    found: set[Path] = set()
    todo = {PROJECT / "spark_jobs" / f"{stage}.py"}
    while todo:
        path = todo.pop()
        found.add(path)
        todo |= imported(path) - found
    return {path.relative_to(PROJECT).as_posix() for path in found}


def stage_code(stage: str) -> set[str]:
    return {path for item in stage_datasets(stage).values() for path in item.code}


def test_the_walk_finds_imports_of_imports_and_inside_functions() -> None:
    assert "include/segmentation/stages/kmeans/cluster_count.py" in reached("kmeans")  # by way of clustering
    assert "include/segmentation/engine/session.py" in reached("clean")  # inside a function of stage
    assert "include/segmentation/stages/kmeans/clustering.py" not in reached("clean")


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.name)
def test_the_code_of_a_version_exists_and_begins_with_the_job(item: Dataset) -> None:
    assert item.code[0] == f"spark_jobs/{item.stage}.py"
    assert len(set(item.code)) == len(item.code)
    assert [path for path in item.code if not (PROJECT / path).is_file()] == []


@pytest.mark.parametrize("stage", SPARK_STAGES)
def test_every_module_that_a_job_imports_is_in_the_version_or_known_plumbing(stage: str) -> None:
    plumbing = {f"include/segmentation/{name}.py" for name in PLUMBING}
    # The demo makes raw files only, and its text is in the source version.
    assert reached(stage) - stage_code(stage) <= plumbing | set(DEMO_CODE)
    # The report shows the release, and in the same words what was left out; the others only put them into the manifest
    # and the log.
    shown = {
        f"include/segmentation/{name}.py" for name in ("common/release", "warehouse/left_out", "common/formatting")
    }
    assert not plumbing & stage_code(stage) - shown


@pytest.mark.parametrize("stage", SPARK_STAGES)
def test_a_version_rests_on_no_module_that_its_job_does_not_import(stage: str) -> None:
    python = {path for path in stage_code(stage) if path.endswith(".py")}
    assert python <= reached(stage)


def test_the_list_of_plumbing_has_no_stale_entry() -> None:
    used = set().union(*(reached(stage) for stage in SPARK_STAGES))
    assert {f"include/segmentation/{name}.py" for name in PLUMBING} <= used


def test_the_templates_of_the_page_are_in_its_version() -> None:
    templates = (PROJECT / "include/segmentation/common/templates").glob("*.j2")
    assert {path.relative_to(PROJECT).as_posix() for path in templates} <= set(dataset("report").code)


@pytest.mark.parametrize("stage", SPARK_STAGES)
def test_every_param_that_the_code_of_a_stage_reads_is_declared(stage: str) -> None:
    used = set()
    for path in stage_code(stage):
        if path.endswith(".py"):
            for node in ast.walk(ast.parse((PROJECT / path).read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and ast.unparse(node.value).split(".")[-1] == "config/settings":
                    used.add(node.attr)
    declared = {name for item in stage_datasets(stage).values() for name in item.python_uses}
    # A map counts by its text, wherever one of its views is read.
    if any(set(item.python_reads) & set(SEGMENT_MAP_VIEWS) for item in stage_datasets(stage).values()):
        declared.add("segment_map")
    assert used & set(FIELDS) <= declared


def test_the_release_is_that_of_the_package_and_of_the_image() -> None:
    assert tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == RELEASE
    assert f"customer-segmentation:{RELEASE}" in (PROJECT / "docker-compose.yaml").read_text(encoding="utf-8")
    assert f"## {RELEASE}" in (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")


# Which code ran
def test_the_code_version_is_a_commit_or_a_hash_of_the_source() -> None:
    assert re.fullmatch(r"git:[0-9a-f]{40}(\+changes)?|source:[0-9a-f]{12}", code_version())


def test_the_report_rests_on_every_dataset_that_its_lineage_shows() -> None:
    shown = {name for names in STAGES.values() for name in names} - {"source", "report"}
    assert shown <= set(dataset("report").python_reads)
