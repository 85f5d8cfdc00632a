"""The bench's own arithmetic and words; that it times nothing wrong. It is not itself run here: it takes minutes."""

import json
import math
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench import __main__ as command
from bench import agreement, figures, page, workflow_log
from bench import workflow as bench_workflow
from bench.errors import BenchError
from bench.journeys import FIRST, JOURNEYS, LATER, window_start
from bench.outputs import OF_MONTH, OF_SOURCE, Output
from bench.stages import (
    AIRFLOW,
    AS_OF,
    CLEAN_AND_SCORES,
    FETCH,
    LONGEST_START,
    RAW,
    REST,
    SEARCH,
    STARTS,
    TABLES,
    TOTAL,
    WINDOW_START,
)

HOOK = "[airflow.task.hooks.airflow.providers.apache.spark.hooks.spark_submit.SparkSubmitHook] loc=spark_submit.py:965"
# A fetch of 4 s; two jobs of 60 and 40 s; the last one makes the month before, then its own.
LOG = [
    ("02:00:01", "[DAG TEST] starting task_id=fetch map_index=-1"),
    ("02:00:03", "Task started                   [airflow.api_fastapi]"),
    ("02:00:07", "Done. Returned value was: {'source_version': 'bff636e45fc2'} [airflow.task.operators]"),
    ("02:00:08", "Task started                   [airflow.api_fastapi]"),
    ("02:00:10", "Spark-Submit cmd: spark-submit --master local[*] ingest.py [airflow.task.hooks.SparkSubmitHook]"),
    ("02:00:15", f"Spark started in 4.1 s {HOOK}"),
    ("02:00:40", f"wrote reviews: 2,194,347 rows in 12.3 s {HOOK}"),
    ("02:00:41", f"wrote products: 81,272 rows in 1.5 s {HOOK}"),
    ("02:00:42", f"wrote rejected_rows: 5 rows in 0.2 s {HOOK}"),
    ("02:00:43", f"wrote data_profile: 26 rows in 9.0 s {HOOK}"),
    (None, "stands: reviews version cfa4624d2f27: 2,194,347 rows in warehouse/reviews"),
    ("02:01:10", "::group::Post Execute          [task] loc=task_runner.py:1580"),
    ("02:01:20", "Spark-Submit cmd: spark-submit --master local[*] rfm.py [airflow.task.hooks.SparkSubmitHook]"),
    ("02:01:21", f"Spark started in 3.4 s {HOOK}"),
    ("02:01:22", f"wrote known_products: 81,272 rows in 1.0 s {HOOK}"),
    ("02:01:23", f"wrote purchases: 1,851,313 rows in 2.0 s {HOOK}"),
    ("02:01:24", f"wrote customer_rfm as of 2023-08-01: 517,734 rows in 7.0 s {HOOK}"),
    ("02:01:25", f"wrote rfm_edges as of 2023-08-01: 15 rows in 6.0 s {HOOK}"),
    ("02:01:26", f"wrote customer_rfm as of 2023-09-01: 475,078 rows in 3.0 s {HOOK}"),
    ("02:01:27", f"wrote rfm_edges as of 2023-09-01: 15 rows in 0.5 s {HOOK}"),
    ("02:01:28", f"searched k in 8.1 s {HOOK}"),
    ("02:01:29", f"wrote kmeans_search: 9 rows in 0.1 s {HOOK}"),
    ("02:01:29", f"wrote customer_clusters: 475,078 rows in 0.2 s {HOOK}"),
    ("02:01:29", f"wrote cluster_profile: 4 rows in 0.3 s {HOOK}"),
    ("02:01:30", f"wrote segment_summary: 11 rows in 0.4 s {HOOK}"),
    ("02:02:00", "::group::Post Execute          [task] loc=task_runner.py:1580"),
]
WALL = 130.0


def text_of(lines):
    return "\n".join(line if at is None else f"2026-11-26T{at}.000000Z [info     ] {line}" for at, line in lines)


def without(words):
    return text_of([(at, line) for at, line in LOG if words not in line])


def test_a_log_becomes_stages_that_add_up_to_the_run():
    found = workflow_log.stages(text_of(LOG), WALL)

    assert found[RAW] == pytest.approx(14.0)
    # The month before (7.0 and 6.0) is not this month's.
    assert found[CLEAN_AND_SCORES] == pytest.approx(1.0 + 2.0 + 3.0 + 0.5)
    assert found[SEARCH] == pytest.approx(8.1)
    assert found[TABLES] == pytest.approx(1.0)
    assert found[STARTS] == pytest.approx(7.5)
    assert found[LONGEST_START] == pytest.approx(4.1)
    assert found[FETCH] == pytest.approx(4.0)
    assert found[AIRFLOW] == pytest.approx(WALL - 100 - 4)
    assert sum(seconds for stage, seconds in found.items() if stage != LONGEST_START) == pytest.approx(WALL)


@pytest.mark.parametrize("words", ["wrote products", "searched k", "Returned value", "Spark-Submit cmd"])
def test_a_log_without_a_line_that_is_needed_is_refused_by_its_name(words):
    named = "fetch" if words == "Returned value" else words
    with pytest.raises(BenchError, match=named):
        workflow_log.stages(without(words), WALL)


def test_a_job_that_does_not_say_how_long_spark_took_to_start_is_refused():
    with pytest.raises(BenchError, match="2 submitted jobs and 1 lines"):
        workflow_log.stages(without("started in 3.4"), WALL)


def run(wall, cpu=1.0, memory=2**30, **stages):
    names = {"raw": RAW, "clean": CLEAN_AND_SCORES, "search": SEARCH, "starts": STARTS, "longest": LONGEST_START}
    seconds = {names[name]: value for name, value in stages.items()}
    return {"wall": wall, "cpu": cpu, "others": 0.5, "peak_memory": memory, "code": 0, "stages": seconds}


def results(scale=0.2, cores="2"):
    """Three rounds; the machine is half as fast in the second, for everyone."""
    rounds = [1, 2, 1]
    return {
        "scale": scale, "as_of": "2023-09-01", "runs": 3, "measured_on": "2026-11-26", "code": "git:0123456",
        "rows": {"reviews": round(43_886_944 * scale), "customer_rfm": 1000},
        "machine": {"processor": "A <B> & C|D", "cores": cores, "memory": "24 GiB", "system": "Linux x86_64"},
        "versions": {"Python": "3.11.7", "Spark": "4.3.0"},
        "memory": "proportional set sizes",
        "contenders": {
            "product": [run(50.0 * n, raw=10.0 * n, clean=6.0 * n, search=9.0 * n, starts=10.0 * n, longest=3.0 * n)
                        for n in rounds],
            "notebook": [run(550.0 * n, raw=30.0 * n, search=200.0 * n) for n in rounds],
            "duckdb": [run(20.0 * n, raw=4.0 * n, clean=2.0 * n, search=5.0 * n) for n in rounds],
        },
        "journeys": {
            "product": {"warm_month": [run(12.0 * n) for n in rounds], "map": [run(8.0 * n) for n in rounds],
                        "year": [run(100.0)]},
            "duckdb": {"warm_month": [run(6.0 * n) for n in rounds], "map": [run(16.0 * n) for n in rounds],
                       "year": [run(60.0)]},
        },
    }  # fmt: skip


def test_medians_and_ratios_are_taken_over_the_rounds():
    given = results()

    assert figures.values(given, "product", RAW) == [10.0, 20.0, 10.0]
    assert figures.middle(given, "product", TOTAL) == 50.0
    assert figures.middle(given, "duckdb", REST) is None
    assert figures.ratio([10.0, 40.0, 9.0], [5.0, 10.0, 3.0]) == 3.0
    assert figures.ratio([], [1.0]) is None


def test_goals_are_met_or_not_by_the_figures_of_the_run_alone():
    goals = {goal.text: goal for goal in figures.goals(results())}

    assert {text: goal.word for text, goal in goals.items()} == {
        "First run": "met",
        "First run, against DuckDB": "met",
        "First run, against the notebook-style run": "met",
        "A month more, against a notebook-style run": "met",
        "Another segment map": "met",
        "Raw to Parquet, against DuckDB": "met",
        "k search, against scikit-learn": "met",
        "Peak memory of the first run": "met",
    }
    assert goals["First run"].given == "50.0 s" and goals["First run"].limit == "at most 115.0 s"
    assert goals["Raw to Parquet, against DuckDB"].given == "2.50 times as long"
    assert goals["A month more, against a notebook-style run"].given == "0.02 times as long"
    assert goals["Peak memory of the first run"].given == "1,024 MiB"


def test_each_scale_has_goals_of_its_own():
    of = {scale: {goal.text: goal.met for goal in figures.goals(results(scale=scale))} for scale in (0.05, 1.0, 0.3)}

    assert of[0.05] == {"First run": True, "Peak memory of the first run": True}
    # At full scale raw files and the search have to be quicker.
    assert of[1.0]["Raw to Parquet, against DuckDB"] is False
    assert of[1.0]["k search, against scikit-learn"] is False
    assert of[1.0]["A month more, against DuckDB's first run"] is False
    assert of[1.0]["A month more"] is True
    assert of[0.3] == {"Peak memory of the first run": True}


def test_a_goal_without_its_contender_is_not_judged():
    given = results()
    del given["contenders"]["duckdb"]

    goals = {goal.text: goal for goal in figures.goals(given)}
    assert goals["First run, against DuckDB"].word == "not judged"
    assert goals["First run, against DuckDB"].given == "not measured"
    assert goals["First run"].word == "met"


def test_who_is_ahead_is_said_of_each_journey_whoever_it_is():
    names = ["product", "notebook", "duckdb"]

    assert figures.ahead(results(), "first", names) == ("duckdb", 2.5)
    assert figures.ahead(results(), "warm_month", names) == ("duckdb", 2.0)
    assert figures.ahead(results(), "map", names) == ("product", 2.0)
    assert figures.ahead(results(), "k", names) is None
    rows = {row[0]: row for row in page.journeys(results())}
    # The notebook-style run does all again; twelve times that is not said, since nobody has waited for it.
    assert rows["Another segment map"][1:4] == [
        "8.0 s (8.0 to 16.0)", "550.0 s (550.0 to 1,100.0)", "16.0 s (16.0 to 32.0)"
    ]  # fmt: skip
    assert rows["Another segment map"][-1] == "Workflow, 2.0 times"
    assert rows["The twelve months before"][1:4] == ["100.0 s", "", "60.0 s"]
    assert "Five clusters, without a search" not in {title for title, *cells in rows.values() if cells[0]}


def test_growth_is_the_exponent_between_two_scales():
    small, large = results(scale=0.05), results(scale=0.2)
    for one in large["contenders"]["product"]:
        one["wall"] *= 2

    exponent = figures.growth(small, large, "product", TOTAL)
    assert exponent == pytest.approx(math.log(2) / math.log(4), abs=1e-6)
    assert figures.growth(small, large, "duckdb", TOTAL) == pytest.approx(0)
    assert figures.growth(small, large, "polars", TOTAL) is None


def test_the_page_shows_each_scale_and_the_growth_between_them():
    text = page.render([results(scale=0.05), results(scale=0.2)])

    assert "## Scale 0.05: 2,194,347 reviews, 1,000 customers" in text
    assert "## Scale 0.2: 8,777,389 reviews" in text
    assert "## Growth from scale 0.05 to 0.2" in text
    assert "| raw to Parquet | 10.0 s (10.0 to 20.0) | 30.0 s (30.0 to 60.0) | 4.0 s (4.0 to 8.0) |" in text
    assert "| CPU of other programs | 0.5 s (0.5 to 0.5) |" in text
    assert "| peak memory | 1,024 MiB (1,024 to 1,024) |" in text
    assert "| Raw to Parquet, against DuckDB | at most 2.50 times as long | 2.50 times as long | met |" in text
    assert "| Another segment map | 8.0 s (8.0 to 16.0) | 550.0 s" in text
    # Markdown, so nothing becomes an HTML entity.
    assert "A <B> & C|D, 2 cores" in text
    assert "&lt;" not in text and "&amp;" not in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)
    assert page.render([results(scale=0.05), results(scale=0.2)]) == text


def test_one_run_is_called_one_run():
    assert "\n\nOne run, as of 2023-09-01" in page.render([results() | {"runs": 1}])


@pytest.mark.slow
def test_the_chart_is_the_same_each_time_and_names_the_contenders():
    svg = page.draw(results())

    assert svg == page.draw(results())
    assert "Notebook style" in svg
    assert "550.0 s" in svg
    assert "Polars" not in svg


def test_the_kept_results_make_the_page_that_is_committed():
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in page.RESULTS.glob("*.json")]
    if not kept:
        pytest.skip("no results are kept yet")
    kept.sort(key=lambda one: one["scale"])
    assert page.PAGE.read_text(encoding="utf-8") == page.render(kept)
    assert page.CHART.read_text(encoding="utf-8") == page.draw(kept[-1])


EDGES = {"metric": ["recency", "monetary"], "score": [5, 1], "lower": [None, 1.5], "upper": [9.0, None]}


def output(folder: Path, name: str, customers: list[int]) -> Output:
    place = folder / name
    place.mkdir()
    pq.write_table(pa.table(EDGES | {"customers": customers}), place / "rfm_edges.parquet")
    return Output(name.capitalize(), name, FIRST, place)


def test_agreement_finds_the_row_that_differs(tmp_path):
    con, columns = duckdb.connect(), agreement.EQUAL["rfm_edges"]
    one, same, other = (
        output(tmp_path, name, rows) for name, rows in (("duckdb", [7, 8]), ("polars", [7, 8]), ("odd", [7, 9]))
    )
    sums = [agreement.hash_sum(con, each.table("rfm_edges"), columns) for each in (one, same, other)]

    assert sums[0] == sums[1] != sums[2]
    words = agreement.differences(con, "rfm_edges", columns, one, other)
    assert words.startswith("The table rfm_edges differs between Duckdb and Odd.\n  1 rows only in Duckdb:")
    assert "('monetary', 1, Decimal('1.50'), None, 9)" in words
    assert "recency" not in words


def test_agreement_does_not_depend_on_the_order_of_rows_but_counts_them(tmp_path):
    paths = [tmp_path / f"{name}.parquet" for name in ("forward", "backward", "twice")]
    for path, rows in zip(paths, ([1, 2], [2, 1], [1, 2, 2]), strict=True):
        pq.write_table(pa.table({"a": rows}), path)
    sums = [agreement.hash_sum(duckdb.connect(), f"read_parquet('{path}')", ["a"]) for path in paths]

    assert sums[0] == sums[1] != sums[2]


def test_a_table_that_was_not_written_is_named(tmp_path):
    with pytest.raises(BenchError, match="Polars has not written the table purchases"):
        Output("Polars", "polars", FIRST, tmp_path).table("purchases")


def made_by_a_script(folder: Path, journey, without: str = "") -> Output:
    """All tables that a script has to make on a journey, but for one."""
    for as_of in journey.months:
        for name in (*(OF_SOURCE if journey == FIRST else ()), *OF_MONTH):
            place = folder if name in OF_SOURCE else journey.place(folder, as_of)
            place.mkdir(parents=True, exist_ok=True)
            if name != without:
                pq.write_table(pa.table({"a": [1]}), place / f"{name}.parquet")
    return Output("DuckDB", "duckdb", journey, folder)


@pytest.mark.parametrize(
    ("journey", "table"), [("first", "reviews"), ("first", "rfm_edges"), ("map", "segment_summary")]
)
def test_a_script_that_leaves_a_table_out_gets_no_row(tmp_path, journey, table):
    made_by_a_script(tmp_path / "whole", JOURNEYS[journey]).check()
    with pytest.raises(BenchError, match=f"DuckDB has not written the table {table} as of 2023-09-01"):
        made_by_a_script(tmp_path / "less", JOURNEYS[journey], table).check()


@pytest.mark.parametrize("table", ["exports", "data_profile", "movement_history", "report"])
def test_a_run_of_the_workflow_that_leaves_a_table_out_gets_no_row(tmp_path, monkeypatch, table):
    released = dict.fromkeys(bench_workflow.promised(), "0123456789ab")
    assert table in released
    current = {"versions": released}
    monkeypatch.setattr(bench_workflow.releases, "current", lambda *_: type("Release", (), current))
    assert bench_workflow.versions(tmp_path, "2023-09-01") == released
    current["versions"] = {name: version for name, version in released.items() if name != table}
    with pytest.raises(BenchError, match=f"The workflow has released no {table} as of 2023-09-01"):
        bench_workflow.versions(tmp_path, "2023-09-01")


def test_months_that_differ_between_contenders_are_told(tmp_path):
    journey = JOURNEYS["map"]
    summary = {"segment": ["A"], "segment_group": ["g"], "share": [1.0], "avg_recency_days": [1.0],
               "avg_frequency": [1.0], "avg_monetary": [1.0], "total_monetary": [1.0],
               "share_of_total": [1.0]}  # fmt: skip
    customer = {"user_id": ["u"], "recency_days": [1], "frequency": [1], "monetary": [1.0], "r_score": [1],
                "f_score": [1], "m_score": [1], "rfm_score": ["111"], "segment": ["A"]}  # fmt: skip

    def made(name: str, customers: int, clusters: int = 1) -> Output:
        place = journey.place(tmp_path / name, "2023-09-01")
        place.mkdir(parents=True)
        pq.write_table(pa.table(EDGES | {"customers": [1, 1]}), place / "rfm_edges.parquet")
        pq.write_table(pa.table(customer), place / "customer_rfm.parquet")
        pq.write_table(pa.table(summary | {"customers": [customers]}), place / "segment_summary.parquet")
        pq.write_table(pa.table({"customers": [clusters]}), place / "cluster_profile.parquet")
        return Output(name, name, journey, tmp_path / name)

    one, same = made("one", 1), made("same", 1)
    agreement.check_later([one, same])
    with pytest.raises(BenchError, match="The table segment_summary differs between one and other"):
        agreement.check_later([one, made("other", 2)])
    with pytest.raises(BenchError, match="lost has 1 clusters of 2 customers"):
        agreement.check_later([one, made("lost", 1, clusters=2)])


def test_later_journeys_name_the_months_that_they_make():
    assert [len(one.months) for one in LATER] == [1, 1, 1, 1, 1, 12]
    assert LATER[-1].months[0] == "2022-08-01" and LATER[-1].months[-1] == "2023-07-01"
    assert len(set(LATER[-1].months)) == 12
    assert window_start(AS_OF) == WINDOW_START


@pytest.mark.parametrize(
    ("words", "named"),
    [({"SCALE": "big"}, "SCALE"), ({"SCALE": "0"}, "SCALE"), ({"RUNS": "0"}, "RUNS"), ({"ONLY": "dask"}, "'dask'")],
)
def test_a_wrong_word_is_refused_by_its_name(words, named):
    with pytest.raises(BenchError, match=named):
        command.read_request(words)


def test_the_words_of_make_choose_scale_runs_and_contenders():
    request = command.read_request({"SCALE": "0.2", "RUNS": "5", "ONLY": "duckdb,product"})

    assert (request.scale, request.runs, request.fewest_runs) == (0.2, 5, 3)
    assert command.read_request({"SCALE": "1"}).fewest_runs == 1
    assert [one.name for one in request.contenders] == ["product", "duckdb"]
    assert [one.name for one in command.read_request({}).contenders] == ["product", "notebook", "duckdb", "polars"]
