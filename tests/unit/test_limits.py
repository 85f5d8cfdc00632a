"""Limits: what a version's figures break of a run's limits."""

from dataclasses import replace

import pytest

from segmentation.config.settings import parse
from segmentation.engine.check_limits import FAIL, WARN, Verdict, verdicts
from segmentation.warehouse.manifests import Manifest

SETTINGS = {"rejected_share_warn": 0.1, "rejected_share_fail": 0.3, "rows_warn": 10, "rows_fail": 5}
PLAIN = Manifest("reviews", "0" * 12, None, "2026-01-01T00:00:00+00:00", 10, 1, {}, {}, {}, {}, {}, "test")


def judged(manifest: Manifest, must_have_rows: bool = False) -> list[Verdict]:
    return list(verdicts(manifest, parse(SETTINGS), must_have_rows))


def measured(figure: float) -> Manifest:
    return replace(PLAIN, checks={"share": {"limit": "rejected_share", "figure": figure, "message": "3 of 8 lines"}})


@pytest.mark.parametrize(
    ("figure", "levels"),
    [
        (0.0, []),
        (0.1, []),  # as much as is allowed; the float 0.1 is a little more
        (0.100001, [WARN]),
        (0.3, [WARN]),
        (0.300001, [FAIL]),  # and no warning beside it
        (1.0, [FAIL]),
    ],
)
def test_a_share_may_be_as_large_as_its_limit_and_no_larger(figure: float, levels: list[str]) -> None:
    assert [verdict.level for verdict in judged(measured(figure))] == levels


def test_a_verdict_names_figure_param_and_limit() -> None:
    (verdict,) = judged(measured(0.375))
    assert verdict.text == (
        "rejected_share of reviews is 0.375; param rejected_share_fail is 0.3. 3 of 8 lines."
    )  # fmt: skip
    assert not verdict.of_rows


@pytest.mark.parametrize(
    ("rows", "levels", "words"),
    [
        (10, [], ""),
        (9, [WARN], "reviews has only 9 rows; param rows_warn is 10."),
        (5, [WARN], "reviews has only 5 rows; param rows_warn is 10."),
        (4, [FAIL], "reviews has only 4 rows; param rows_fail is 5."),
        (0, [FAIL], "reviews has no rows; param rows_fail is 5."),
    ],
)
def test_too_few_rows_are_said_where_rows_must_be(rows: int, levels: list[str], words: str) -> None:
    manifest = replace(PLAIN, rows=rows)
    found = judged(manifest, must_have_rows=True)
    assert [verdict.level for verdict in found] == levels
    assert all(verdict.text == words and verdict.of_rows for verdict in found)
    assert judged(manifest) == []


def test_a_check_that_passed_or_failed_by_itself_is_not_judged_again() -> None:
    checks = {"keys": {"level": "warn", "figure": 5, "passed": False, "message": "5 rows lack a key"}}
    assert judged(replace(PLAIN, checks=checks)) == []
