"""The SQL files: what a header must say, how markers are found, and that the project's own files obey."""

import re
from pathlib import Path

import pytest

from segmentation.common.paths import SQL
from segmentation.config.settings import FIELDS
from segmentation.planning import sql_files
from segmentation.planning.datasets import SQL_FOLDERS, STAGE_OF, STAGES, dataset, stage_datasets
from segmentation.planning.earlier import PREVIOUS, VIEWS
from segmentation.planning.plan import FROZEN_VIEW, SEGMENT_MAP_VIEWS, SOURCE_VIEWS
from segmentation.planning.sql_files import SqlFile, closure, read_file, stage_checks, stage_files
from segmentation.stages.kmeans.cluster_tables import VIEWS as CLUSTER_VIEWS
from segmentation.stages.report import exports
from segmentation.stages.sentiment.making import SCORED

HEADER = "-- Rows.\n-- Grain: one row per n.\n-- Reads: numbers\n-- Params: none\n"
VARIANTS = [(scoring, kind) for scoring in ("edges", "seed") for kind in ("reviews", "orders", "customers")]
OWN = sorted(path for path in SQL.rglob("*.sql"))
# Views that a stage's Python registers itself.
REGISTERED = {*SOURCE_VIEWS, *SEGMENT_MAP_VIEWS, FROZEN_VIEW, *CLUSTER_VIEWS, exports.VIEW, SCORED, "figures"}


@pytest.fixture
def write(tmp_path: Path):
    def make(text: str, name: str = "110_rows.sql") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return make


# One file
def test_a_header_is_read_key_by_key(write) -> None:
    file = read_file(
        write(
            "-- The rows\n-- of the window.\n-- Grain: one row.\n-- Reads: numbers, more_numbers\n"
            "-- Params: as_of date: the end\n--   min_price decimal: the least\n"
            "-- Figures: rows_read = count(*)\n--   odd_rows = count_if(n % 2 = 1)\n"
            "-- Cache: read twice\n-- Note: careful:\n--   it has two lines.\n"
            "SELECT n FROM numbers WHERE t < :as_of AND p > :min_price\n-- Note: not the header"
        )
    )
    assert file.name == "rows"
    assert file.header["What"] == "The rows\nof the window."
    assert file.header["Note"] == "careful:\nit has two lines."
    assert file.reads == ("numbers", "more_numbers")
    assert file.markers == {"as_of", "min_price"}
    assert file.figures == {"rows_read": "count(*)", "odd_rows": "count_if(n % 2 = 1)"}
    assert file.cache


def test_a_file_that_reads_nothing_says_none(write) -> None:
    file = read_file(write(HEADER.replace("numbers", "none") + "SELECT 1 AS n"))
    assert (file.reads, file.markers, file.figures, file.cache) == ((), set(), {}, False)


@pytest.mark.parametrize(
    ("statement", "markers"),
    [
        ("SELECT :a, :b_c", {"a", "b_c"}),
        ("SELECT f(:a,:a)", {"a"}),
        ("SELECT n::int", set()),  # a cast
        ("SELECT ':no' AS text", set()),
        ("SELECT 'it''s :no' AS text, :a", {"a"}),
        ("SELECT 1 -- see :no\n, :a", {"a"}),
        ("SELECT '-- no comment', :a", {"a"}),
        ("SELECT '12:30'", set()),
    ],
)
def test_markers_are_found_outside_texts_comments_and_casts(write, statement: str, markers: set[str]) -> None:
    lines = "\n".join(f"--   {name} int: x" for name in sorted(markers))
    header = HEADER.replace("-- Params: none\n", f"-- Params:\n{lines}\n" if markers else "-- Params: none\n")
    assert read_file(write(header + statement)).markers == markers


@pytest.mark.parametrize("key", ["Grain", "Reads", "Params"])
def test_a_header_without_a_key_is_refused(write, key: str) -> None:
    path = write(re.sub(f"-- {key}: .*\n", "", HEADER) + "SELECT 1")
    with pytest.raises(ValueError, match=rf"110_rows\.sql: the header has no `{key}:`"):
        read_file(path)


@pytest.mark.parametrize(
    ("params", "statement", "names", "uses"),
    [
        ("none", "SELECT :a", "[]", "['a']"),  # Spark would say that a is not bound
        ("a int: x", "SELECT 1", "['a']", "[]"),  # Spark would not say a word
        ("a int: x", "SELECT :b", "['a']", "['b']"),
    ],
)
def test_markers_and_params_must_agree_both_ways(write, params, statement, names, uses) -> None:
    path = write(HEADER.replace("Params: none", f"Params: {params}") + statement)
    with pytest.raises(ValueError, match=re.escape(f"names {names}, the text uses {uses}")):
        read_file(path)


@pytest.mark.parametrize("name", ["rows.sql", "11_rows.sql", "110-rows.sql", "110_Rows.sql", "110_rows.sql.bak"])
def test_a_file_of_another_name_is_refused(write, name: str) -> None:
    with pytest.raises(ValueError, match=r"named NNN_name\.sql"):
        read_file(write(HEADER + "SELECT 1", name))


def test_a_figure_without_a_name_is_refused(write) -> None:
    with pytest.raises(ValueError, match=r"a figure is written `name = aggregate`, not 'count\(\*\)'"):
        read_file(write(HEADER + "-- Figures: count(*)\nSELECT 1"))


# A stage
@pytest.fixture
def stage(write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The folder of the stage rfm in a tree of its own."""
    monkeypatch.setattr(sql_files, "SQL", tmp_path)
    stage_files.cache_clear()
    stage_checks.cache_clear()
    yield lambda name, text=HEADER + "SELECT 1": write(text, f"{SQL_FOLDERS['rfm']}/{name}")
    stage_files.cache_clear()
    stage_checks.cache_clear()


def test_a_stage_has_its_files_and_those_of_one_variant_in_number_order(stage) -> None:
    for name in (
        "350_last.sql",
        "310_first.sql",
        "edges/340_mid.sql",
        "seed/320_mid.sql",
        "checks/330_c.sql",
    ):
        stage(name)
    assert list(stage_files("rfm", "edges")) == ["first", "mid", "last"]
    assert stage_files("rfm", "edges")["mid"].path.parent.name == "edges"
    assert stage_files("rfm", "seed")["mid"].path.parent.name == "seed"


def test_a_file_of_a_variant_stands_for_the_one_of_its_name(stage) -> None:
    for name in ("310_first.sql", "320_mid.sql", "customers/320_mid.sql", "330_last.sql"):
        stage(name)
    assert [file.path.parent.name for file in stage_files("rfm", "customers").values()] == [
        SQL_FOLDERS["rfm"], "customers", SQL_FOLDERS["rfm"],
    ]  # fmt: skip
    assert {file.path.parent.name for file in stage_files("rfm", "orders").values()} == {SQL_FOLDERS["rfm"]}


def test_a_check_may_have_a_known_limit_instead_of_a_level(stage) -> None:
    text = HEADER + "-- Limit: rejected_share\n-- Of: rows\nSELECT 1"
    stage("checks/310_sound.sql", text)
    assert [check.header["Limit"] for check in stage_checks("rfm")] == ["rejected_share"]
    for faulty in (text.replace("rejected_share", "price_share"), text.replace("-- Of", "-- Level: warn\n-- Of")):
        stage_checks.cache_clear()
        stage("checks/310_sound.sql", faulty)
        with pytest.raises(ValueError, match="310_sound"):
            stage_checks("rfm")


def test_a_check_below_a_variant_counts_for_that_variant_only(stage) -> None:
    text = HEADER + "-- Level: fail\n-- Of: rows\nSELECT 1"
    for name in ("checks/320_all.sql", "checks/reviews/310_first.sql", "checks/orders/330_last.sql"):
        stage(name, text)
    assert [check.name for check in stage_checks("rfm", "reviews")] == ["first", "all"]
    assert [check.name for check in stage_checks("rfm", "orders")] == ["all", "last"]


def test_a_check_of_several_datasets_is_about_the_one_that_is_made(stage) -> None:
    stage("checks/310_both.sql", HEADER + "-- Level: fail\n-- Of: orders, given_customers\nSELECT 1")
    assert [stage_checks("rfm", kind)[0].of for kind in ("orders", "customers")] == ["orders", "given_customers"]


@pytest.mark.parametrize("lacking", ["-- Level: fail\n", "-- Of: rows\n", "fail"])
def test_a_check_says_how_grave_it_is_and_of_which_dataset(stage, lacking: str) -> None:
    text = HEADER + "-- Level: fail\n-- Of: rows\nSELECT 1"
    stage("checks/310_sound.sql", text)
    assert [check.name for check in stage_checks("rfm")] == ["sound"]
    stage_checks.cache_clear()
    stage("checks/320_faulty.sql", text.replace(lacking, "", 1))
    with pytest.raises(ValueError, match="320_faulty"):
        stage_checks("rfm")


def test_a_closure_has_what_the_views_need_and_nothing_else() -> None:
    def file(name: str, *reads: str) -> SqlFile:
        return SqlFile(Path(f"{name}.sql"), name, "", {}, reads, frozenset(), {})

    files = [file("a", "outside"), file("b", "a"), file("c", "a"), file("d", "b", "c"), file("e", "d")]
    by_name = {one.name: one for one in files}
    assert list(closure(by_name, ("d",))) == ["a", "b", "c", "d"]
    assert list(closure(by_name, ("c", "b"))) == ["a", "b", "c"]
    assert closure(by_name, ("outside",)) == {}


# The project's own files
def test_the_folders_of_the_stages_are_all_there_is() -> None:
    assert {path.name for path in SQL.iterdir() if path.is_dir()} == set(SQL_FOLDERS.values())
    assert len(OWN) > 20


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_reads_names_exactly_what_from_and_join_take(path: Path) -> None:
    # A view that `Reads:` leaves out would not count for the version.
    bare = sql_files._bare(path.read_text(encoding="utf-8"))
    taken = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)\b(?!\s*\()", bare))
    made_here = set(re.findall(r"\b([a-z_]+) AS \(", bare))
    assert taken - made_here == set(read_file(path).reads)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_a_file_has_one_statement_and_nothing_that_differs_between_runs(path: Path) -> None:
    bare = sql_files._bare(path.read_text(encoding="utf-8")).lower()
    assert ";" not in bare
    assert "select *" not in bare
    assert not re.findall(r"\b(?:current_\w+|now|rand|randn|uuid|shuffle|first|last|any_value)\s*\(", bare)
    assert not re.findall(r"\bcurrent_(?:date|timestamp)\b|monotonically_increasing_id|\bparquet\b", bare)


@pytest.mark.parametrize("stage", SQL_FOLDERS)
@pytest.mark.parametrize("variants", VARIANTS)
def test_every_view_is_made_before_it_is_read(stage: str, variants: tuple[str, str]) -> None:
    files = stage_files(stage, *variants)
    stages = list(STAGES)
    for place, (name, file) in enumerate(files.items()):
        if name in STAGE_OF and not dataset(name).is_for(variants[1]):
            continue  # this kind of source does not make it
        for read in file.reads:
            if read in files:
                assert list(files).index(read) < place, (name, read)
            elif read in VIEWS:
                continue  # of an earlier run
            elif read not in REGISTERED:
                made_in = STAGE_OF[read.removeprefix(PREVIOUS)]
                # A job makes the month before it makes its own.
                before = stages.index(stage) + read.startswith(PREVIOUS)
                assert stages.index(made_in) < before, (name, read)


@pytest.mark.parametrize("stage", SQL_FOLDERS)
def test_numbers_and_names_are_given_once(stage: str) -> None:
    for variants in VARIANTS:
        folder = SQL / SQL_FOLDERS[stage]
        own = {path.name for variant in variants for path in (folder / variant).glob("*.sql")}
        paths = [path for path in folder.glob("*.sql") if path.name not in own]
        paths += [path for variant in variants for path in (folder / variant).glob("*.sql")]
        assert len({path.name[:3] for path in paths}) == len({path.name[4:] for path in paths}) == len(paths)
        assert all(path.name[:2] == f"{SQL_FOLDERS[stage][0]}{path.name[1]}" for path in paths)


@pytest.mark.parametrize("stage", SQL_FOLDERS)
def test_a_check_is_of_a_dataset_of_its_stage(stage: str) -> None:
    for check in stage_checks(stage, "reviews", "orders", "customers"):
        assert check.header["Of"] in stage_datasets(stage)


# What follows from the as-of date, and from the mapping of orders.
DERIVED = {"window_start", "time_zone", "counts_free_orders"}


def test_every_marker_is_a_param_or_follows_from_some() -> None:
    used = {marker for path in OWN for marker in read_file(path).markers}
    assert used <= set(FIELDS) | DERIVED


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_no_cte_lies_in_another(path: Path) -> None:
    """Spark puts CTEs in their places by a rule that lets an outer name win over an inner one."""
    assert not re.search(r"\(\s*WITH\b", path.read_text(encoding="utf-8"), re.IGNORECASE)
