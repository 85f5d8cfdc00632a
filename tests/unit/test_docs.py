"""The docs: generated pages are fresh, links lead somewhere, commands exist."""

import re
from datetime import date
from pathlib import Path

import pytest
from test_charts import draw_all
from test_customer_charts import grid, points, sample
from test_data_charts import draw_all as draw_source
from test_retention_chart import cohort_retention, cohorts
from test_sentiment_charts import draw_all as draw_sentiment
from test_share_charts import draw_all as draw_shares

from segmentation.common.paths import PROJECT
from segmentation.config.settings import parse
from segmentation.planning.datasets import STAGES, dataset
from segmentation.planning.plan import Plan
from segmentation.running.docs import dictionary
from segmentation.stages.charts.customers import rfm_heatmap
from segmentation.stages.report.page import TEMPLATES

A_PLAN = Plan(parse({}), date(2023, 9, 1), "0" * 12)
PAGES = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]


@pytest.mark.parametrize("path", dictionary.pages(), ids=lambda path: path.name)
def test_a_generated_page_is_fresh(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == dictionary.pages()[path], "run `make docs`"


def anchors(page: Path) -> set[str]:
    """The names under which the headings of a page can be reached."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            file, _, anchor = target.partition("#")
            there = page.parent / file if file else page
            assert there.exists(), target
            assert not anchor or anchor in anchors(there), target


def test_every_variable_of_ours_is_on_the_page_of_commands() -> None:
    files = [*PROJECT.glob("include/segmentation/**/*.py"), *PROJECT.glob("dags/*.py"), PROJECT / "docker-compose.yaml"]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    read = set(re.findall(r"\bSEGMENTATION_[A-Z_]+\b", text))
    told = (PROJECT / "docs/reference/commands.md").read_text(encoding="utf-8")
    # A task tells its job by this one where to put its last words.
    assert {name for name in read - {"SEGMENTATION_NOTES", "SEGMENTATION_ENDS_WITH"} if name not in told} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_that_are_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = re.findall(r"(?:`|^ +)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.M)
    assert set(named) <= targets


def test_the_models_for_contributors_are_as_they_stand_in_the_tree() -> None:
    page = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    models = page.split("## Models\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```\w+\n(.*?)```", models, re.DOTALL)
    case = "tests/sql/30_rfm/320_customer_values/who_counts"
    files = [
        "include/sql/30_rfm/320_customer_values.sql",
        f"{case}/customer_totals.yaml",
        f"{case}/expect.yaml",
        "spark_jobs/rfm.py",
        "tests/unit/test_movements.py",
    ]
    for block, file in zip(blocks, files, strict=True):
        assert block in (PROJECT / file).read_text(encoding="utf-8"), f"{file} has changed"


def test_the_readme_names_every_dataset_beside_its_task() -> None:
    rows = re.findall(r"^\| (\w+) \|.*\|(.*)\|$", (PROJECT / "README.md").read_text(encoding="utf-8"), re.M)
    made = {task: set(code(names)) for task, names in rows if task in STAGES}
    assert made == {stage: set(names) for stage, names in STAGES.items()}


# The page about the exploratory notebook
EDA = (PROJECT / "docs/reference/eda.md").read_text(encoding="utf-8")


def rows_of(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the page about the exploratory notebook."""
    part = EDA.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def code(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_the_tables_of_the_notebook_are_where_the_page_says() -> None:
    shown = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.j2"))
    columns: list[str] = []
    for _, where, named, section in rows_of("Tables"):
        names = code(where)
        there = {column for name in names for column in dataset(name).columns}
        for name in names:
            there |= {figure for file in A_PLAN.needed(dataset(name)).values() for figure in file.figures}
        columns = code(named) or columns  # "the same"
        assert set(columns) <= there, where
        assert f">{section}" in shown, section


@pytest.mark.slow
def test_the_charts_of_the_notebook_are_where_the_page_says() -> None:
    every = [
        *draw_all(),
        cohort_retention(cohorts()),
        *draw_source(),
        *draw_shares(),
        *draw_sentiment(),
        *points(sample()),
        rfm_heatmap(grid()),
    ]
    drawn = {chart.name: chart.title for chart in every}
    for _, where, title, file in rows_of("Charts"):
        assert drawn.get(code(file)[0]) == title, f"no test draws {code(file)[0]}, or it has another title"
        assert all(dataset(name).columns for name in code(where))
    named = {code(file)[0] for *_, file in rows_of("Charts")}
    assert named == set(drawn), "the page and the charts that the tests draw differ"


def test_the_page_about_the_notebook_names_every_dataset_about_the_source() -> None:
    about = {name for names in STAGES.values() for name in names if dataset(name).only_for == ("reviews",)}
    assert about <= set(code(EDA))
