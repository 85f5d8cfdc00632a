"""What a user can get wrong, and inputs at the edge: a clear sentence or a stated result, never half a version."""

import json
from pathlib import Path

import pytest

from jobs.flow import Flow
from segmentation.common.errors import UserError
from segmentation.sources import PRODUCTS_FOLDER, REVIEWS_FOLDER
from segmentation.warehouse import releases

DAY = 86_400_000
JUNE_2023 = 1_685_577_600_000  # 2023-06-01T00:00:00Z


def review(user: str, product: str, at: int, **more: object) -> str:
    row = {
        "rating": 5.0, "title": "t", "text": "x", "images": [], "asin": product, "parent_asin": product,
        "user_id": user, "timestamp": at, "helpful_vote": 0, "verified_purchase": True,
    }  # fmt: skip
    return json.dumps({**row, **more})


def product(name: str, price: object) -> str:
    row = {"main_category": "Computers", "title": name, "price": price, "parent_asin": name, "details": {}}
    return json.dumps(row)


PRODUCTS = [product("cheap", 5.0), product("dear", "500.00"), product("odd", "from 3.10")]


def lay_out(folder: Path, reviews: list[str], products: list[str] = PRODUCTS) -> dict:
    for place, name, lines in (
        (REVIEWS_FOLDER, "Electronics.jsonl", reviews),
        (PRODUCTS_FOLDER, "meta_Electronics.jsonl", products),
    ):
        path = folder / place / name
        path.parent.mkdir(parents=True)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return {"source": "files", "files_path": str(folder)}


def attempts(root: Path) -> list[Path]:
    return [path for path in root.rglob("_attempts/*") if path.is_dir()]


def test_broken_lines_are_kept_aside_with_the_reason(spark, tmp_path: Path) -> None:
    lines = [
        review("a", "cheap", JUNE_2023),
        '{"rating": 5.0, "title": "cut',
        "no json at all",
        review("b", "cheap", JUNE_2023, rating="five"),
        '{"rating": 1.0}',
        "[1, 2]",
    ]
    flow = Flow(tmp_path / "w", "2023-07-01", **lay_out(tmp_path / "in", lines), rejected_share_fail=1)
    made = flow.run("ingest")
    assert made["reviews"].rows == 1
    assert {row["line_text"] for row in flow.rows("rejected_rows")} >= {lines[1], lines[2], lines[3]}
    assert made["rejected_rows"].rows == len(lines) - 1
    assert all(row["file"] == "Electronics.jsonl" and row["reason"] for row in flow.rows("rejected_rows"))


def test_an_empty_window_fails_and_names_the_window_and_what_there_is(spark, tmp_path: Path) -> None:
    flow = Flow(tmp_path / "w", "2020-01-01", **lay_out(tmp_path / "in", [review("a", "cheap", JUNE_2023)]))
    flow.run("ingest", "clean")
    for _ in range(2):  # the retry finds the empty version and must say the same
        with pytest.raises(UserError, match=r"customer_rfm has no rows.*2019-01-01 to 2020-01-01.*2023-06-01"):
            flow.run("rfm")
    assert attempts(tmp_path / "w") == []
    assert releases.shops(flow.warehouse) == []


def test_reviews_without_a_readable_line_fail(spark, tmp_path: Path) -> None:
    flow = Flow(tmp_path / "w", "2023-07-01", **lay_out(tmp_path / "in", ["no json"]))
    with pytest.raises(UserError, match=r"reviews has no rows"):
        flow.run("ingest")


def test_too_many_broken_lines_fail_the_run_and_can_be_looked_at(spark, tmp_path: Path) -> None:
    lines = [review(f"user{number}", "cheap", JUNE_2023) for number in range(16)]
    params = lay_out(tmp_path / "in", [*lines, "broken"])  # one of 20 lines, the products included
    flow = Flow(tmp_path / "w", "2023-07-01", **params, rejected_share_warn=0, rejected_share_fail=0.04)
    for _ in range(2):  # a retry finds the versions and must say the same
        with pytest.raises(UserError) as refusal:
            flow.run("ingest")
        assert str(refusal.value) == (
            "rejected_share of rejected_rows is 0.05; param rejected_share_fail is 0.04. "
            "1 of 20 lines were refused; rejected_rows has them with the reasons."
        )
    assert [row["line_text"] for row in flow.rows("rejected_rows")] == ["broken"]
    assert releases.shops(flow.warehouse) == []
    kind = Flow(tmp_path / "w", "2023-07-01", **params, rejected_share_fail=0.05)
    assert kind.run("ingest")["reviews"] == flow.manifest("reviews"), "a limit is no part of a version"


def test_a_limit_that_only_warns_is_said_in_the_log(spark, tmp_path: Path, capsys) -> None:
    params = lay_out(tmp_path / "in", [review("a", "odd", JUNE_2023)])
    flow = Flow(tmp_path / "w", "2023-07-01", **params)
    flow.run("ingest", "clean")
    said = capsys.readouterr().out
    assert "WARNING unpriced_share of purchases is 1.0; param unpriced_share_warn is 0.8. 1 of 1 rows" in said
    assert "WARNING purchases has only 1 rows; param rows_warn is 100." in said
    strict = Flow(tmp_path / "w", "2023-07-01", **params, unpriced_share_fail=0.9, rows_fail=2)
    with pytest.raises(UserError, match=r"unpriced_share_fail is 0.9.*purchases has only 1 rows; param rows_fail is 2"):
        strict.run("clean")


def test_a_shop_that_is_all_excluded_fails_and_names_the_setting(spark, tmp_path: Path) -> None:
    params = lay_out(tmp_path / "in", [review("a", "cheap", JUNE_2023)])
    flow = Flow(tmp_path / "w", "2023-07-01", **params, excluded_categories=["Computers"])
    with pytest.raises(UserError, match=r"purchases has no rows.*excluded_categories"):
        flow.run("ingest", "clean")


def test_no_purchases_a_month_before_makes_everyone_new(spark, tmp_path: Path) -> None:
    lines = [review("a", "cheap", JUNE_2023), review("b", "dear", JUNE_2023 + DAY)]
    flow = Flow(tmp_path / "w", "2023-07-01", **lay_out(tmp_path / "in", lines), window_months=1)
    flow.run()
    assert {row["segment_previous"] for row in flow.rows("segment_migration")} == {"new"}
    assert {row["change"] for row in flow.rows("segment_summary")} == {None}


def test_one_customer_is_one_cluster_and_says_so(spark, tmp_path: Path) -> None:
    flow = Flow(tmp_path / "w", "2023-07-01", **lay_out(tmp_path / "in", [review("a", "cheap", JUNE_2023)]))
    flow.run()
    (tried,) = flow.rows("kmeans_search")
    assert (tried["k"], tried["chosen"], tried["silhouette"]) == (1, True, None)
    assert "for lack of different customers (1)" in tried["reason"]
    assert flow.manifest("report").rows > 1


def test_more_clusters_than_different_customers_is_refused(spark, tmp_path: Path) -> None:
    # Three customers, but two of them have the same recency, frequency and spend.
    lines = [review("a", "cheap", JUNE_2023), review("b", "cheap", JUNE_2023 + 1), review("c", "dear", JUNE_2023)]
    params = lay_out(tmp_path / "in", lines)
    flow = Flow(tmp_path / "w", "2023-07-01", **params, k="3")
    flow.run("ingest", "clean", "rfm")
    with pytest.raises(UserError, match=r"Param k: 3 clusters.*only 2 different"):
        flow.run("kmeans")
    assert attempts(tmp_path / "w") == []
    auto = Flow(tmp_path / "w", "2023-07-01", **params)
    auto.run("rfm", "kmeans")
    assert [row["k"] for row in auto.rows("kmeans_search")] == [2]


def test_frozen_edges_that_do_not_exist_are_refused(spark, tmp_path: Path) -> None:
    params = lay_out(tmp_path / "in", [review("a", "cheap", JUNE_2023)])
    flow = Flow(tmp_path / "w", "2023-07-01", **params, frozen_edges_from="0123456789ab")
    flow.run("ingest", "clean")
    with pytest.raises(UserError, match=r"frozen_edges_from.*0123456789ab"):
        flow.run("rfm")


def test_an_attempt_that_fails_leaves_nothing(spark, tmp_path: Path, monkeypatch) -> None:
    from segmentation.engine import stage_run

    flow = Flow(tmp_path / "w", "2023-07-01", **lay_out(tmp_path / "in", [review("a", "cheap", JUNE_2023)]))
    monkeypatch.setattr(stage_run, "run_checks", lambda checks, rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        flow.run("ingest")
    assert not list((tmp_path / "w").glob("reviews/version=*"))
    assert attempts(tmp_path / "w") == []
    monkeypatch.undo()
    assert flow.run("ingest")["reviews"].rows == 1


def test_a_failed_check_names_itself_and_publishes_nothing(spark, tmp_path: Path, monkeypatch) -> None:
    from segmentation.engine import stage_run

    lines = [review("a", "cheap", JUNE_2023), review("b", "cheap", JUNE_2023)]
    flow = Flow(tmp_path / "w", "2023-07-01", **lay_out(tmp_path / "in", lines))
    flow.run("ingest", "clean")
    write = stage_run.tables.write_files
    # A writer that doubles the customers, as a bad join would.
    monkeypatch.setattr(
        stage_run.tables, "write_files", lambda frame, item, folder: write(frame.union(frame), item, folder)
    )
    with pytest.raises(UserError, match=r"check one_row_per_customer of customer_scores failed"):
        flow.run("rfm")
    assert not list((tmp_path / "w").glob("customer_*/as_of=2023-07-01/version=*"))
