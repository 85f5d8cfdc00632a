"""The checks in the report: what was found, the limits of the run, and the verdict."""

from segmentation.config.settings import parse
from segmentation.stages.report.checks import check_rows
from segmentation.warehouse.manifests import Manifest


def manifest(**checks: dict) -> Manifest:
    return Manifest("reviews", "0" * 12, None, "", 1, 1, {}, {}, {}, {}, {}, "run", checks=checks)


def verdicts(check: dict, **given: object) -> list[tuple[str, str, str]]:
    rows = check_rows([manifest(it=check)], parse(given))
    return [(row["dataset"], row["limit"], row["verdict"]) for row in rows]


def test_a_check_that_must_hold() -> None:
    check = {"level": "fail", "figure": 0, "passed": True, "message": "All are known"}
    assert verdicts(check) == [("reviews", "must hold", "passed")]


def test_a_check_that_only_warns() -> None:
    check = {"level": "warn", "figure": 3, "passed": False, "message": "Three are odd"}
    assert verdicts(check) == [("reviews", "should hold", "warning")]


def test_a_share_is_judged_by_the_limits_of_the_run() -> None:
    check = {"limit": "rejected_share", "figure": 0.03, "message": "3 of 100"}
    limits = {"rejected_share_warn": 0.02, "rejected_share_fail": 0.5}
    assert verdicts(check, **limits) == [("reviews", "warns above 2.0%, stops above 50.0%", "warning")]
    assert verdicts(check, **limits | {"rejected_share_warn": 0.03})[0][2] == "passed"


def test_two_shares_are_judged_each_by_its_own_limit() -> None:
    one = {"limit": "rejected_share", "figure": 0.4, "message": "40 of 100"}
    two = {"limit": "unpriced_share", "figure": 0.0, "message": "none"}
    settings = parse({"rejected_share_warn": 0.1, "rejected_share_fail": 0.5})
    assert [row["verdict"] for row in check_rows([manifest(one=one, two=two)], settings)] == ["warning", "passed"]


def test_the_order_is_that_of_the_manifests_and_what_was_found_is_said() -> None:
    first = manifest(it={"level": "fail", "figure": 0, "passed": True, "message": "first"})
    second = manifest(it={"level": "fail", "figure": 0, "passed": True, "message": "second"})
    assert [row["found"] for row in check_rows([first, second], parse({}))] == ["first", "second"]
