"""The folder of SQL files and the folder of cases: neither has what the other lacks, and headers tell the truth."""

import re
from datetime import date
from pathlib import Path

import pytest
from py4j.java_gateway import JavaObject
from pyspark.sql import SparkSession
from sql_case import CASES, SqlCase, find_cases

from segmentation.common.paths import SQL
from segmentation.config.settings import parse
from segmentation.engine.session import is_connected
from segmentation.planning.datasets import SQL_FOLDERS, STAGE_OF, dataset
from segmentation.planning.plan import Plan
from segmentation.planning.sql_files import read_file

SQL_PATHS = sorted(SQL.rglob("*.sql"))
ORDERS = {"source": "orders", "files_path": "orders.csv", "orders_mapping": "mapping.yaml"}
PLANS = [
    Plan(parse({"scoring": scoring, **params}), date(2023, 9, 1), "0" * 12, source)
    for scoring in ("edges", "seed")
    for params, source in (({}, {}), (ORDERS, {}), (ORDERS, {"mapping": {"level": "customer"}}))
]
each_sql_file = pytest.mark.parametrize("path", SQL_PATHS, ids=lambda path: str(path.relative_to(SQL)))


@each_sql_file
def test_each_sql_file_has_a_case(path: Path) -> None:
    cases = [case for case in find_cases() if case.sql_path == path]
    assert cases, f"add tests/sql/{path.relative_to(SQL).with_suffix('')}/<case>/expect.yaml"
    if read_file(path).figures:
        assert any((case.folder / "figures_measured.yaml").exists() for case in cases), "no case shows its figures"


def test_each_case_has_a_sql_file() -> None:
    strays = {path.parent for path in CASES.rglob("*.yaml") if path.parent != CASES}
    cases = {case.folder for case in find_cases() if case.sql_path.exists()}
    assert strays == cases


@pytest.mark.parametrize("case", find_cases(), ids=lambda case: case.id)
def test_each_input_row_says_why_it_is_there(case: SqlCase) -> None:
    for view in sorted(case.inputs):
        for row in re.split(r"^(?=- )", (case.folder / f"{view}.yaml").read_text(encoding="utf-8"), flags=re.M)[1:]:
            assert " # " in row, f"{view}.yaml: {row.strip()}"


@each_sql_file
def test_the_header_names_what_spark_reads(spark: SparkSession, path: Path) -> None:
    file = read_file(path)
    assert set(file.reads) == _tables(spark, file.text)
    assert len(file.reads) == len(set(file.reads))


@each_sql_file
def test_the_last_select_names_its_columns(spark: SparkSession, path: Path) -> None:
    selects = _last_selects(_parsed(spark, path.read_text(encoding="utf-8")))
    assert selects
    assert "UnresolvedStar" not in [name for select in selects for name in select]


@each_sql_file
def test_each_marker_has_a_value(path: Path) -> None:
    assert read_file(path).markers <= set(PLANS[0].parameters())


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.settings.scoring} {plan.kind}")
@pytest.mark.parametrize("stage", SQL_FOLDERS)
def test_a_check_reads_only_what_its_dataset_brings_along(stage: str, plan: Plan) -> None:
    """The views of a dataset that stands are not there when another dataset of the stage is made alone."""
    for check in plan.checks(stage):
        item = dataset(check.header["Of"])
        assert STAGE_OF[item.name] == stage
        if item.name not in plan.datasets(stage):
            continue  # this kind of source does not make it, so the check does not run
        there = {item.name, "figures"} | set(plan.needed(item)) | plan.reads(item)
        for_it = plan.needed_by([check])
        read = {one for file in for_it.values() for one in file.reads} | set(check.reads)
        assert read - set(for_it) <= there, check.path
        assert "figures" not in {one for file in for_it.values() for one in file.reads}, (
            "figures are for the checks themselves"
        )


def _parsed(spark: SparkSession, text: str) -> JavaObject:
    if is_connected(spark):
        pytest.skip("the parser is asked in a classic session; the statements are the same for both")
    return spark._jsparkSession.sessionState().sqlParser().parsePlan(text)


def _tables(spark: SparkSession, text: str) -> set[str]:
    """The tables of a statement as Spark's parser finds them, without the names that a WITH gives."""
    tree = _parsed(spark, text).treeString()
    given = {name for names in re.findall(r"CTE \[([^\]]*)\]", tree) for name in names.split(", ")}
    return set(re.findall(r"UnresolvedRelation \[([^\]]*)\]", tree)) - given


def _last_selects(node: JavaObject) -> list[list[str]]:
    """The kinds of the columns of the outermost SELECT, or of each part of an outermost UNION."""
    kind = node.getClass().getSimpleName()
    if kind in ("Project", "Aggregate"):
        columns = node.projectList() if kind == "Project" else node.aggregateExpressions()
        return [[columns.apply(place).getClass().getSimpleName() for place in range(columns.size())]]
    children = node.children()
    return [select for place in range(children.size()) for select in _last_selects(children.apply(place))]
