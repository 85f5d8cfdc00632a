"""Invented exports through the reader and the workflow's SQL in DuckDB: the customers are those found by hand."""

import pytest

from orders_cases import Case, Trial, all_cases, by_hand
from segmentation.common.errors import UserError

pytestmark = pytest.mark.slow

CASES = all_cases()


def test_there_are_cases() -> None:
    assert len({case.folder for case in CASES}) >= 25


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_gives_the_customers_that_a_reader_finds(case: Case) -> None:
    if "error" in case.said:
        with pytest.raises(UserError) as refused:
            Trial(case)
        assert case.said["error"] in str(refused.value)
        assert "\n" not in str(refused.value)
        return
    assert by_hand(case) == case.expected
    trial = Trial(case)
    assert trial.customers == case.expected
    assert trial.refused == (case.said.get("refused") or {})
    assert set(case.said.get("warnings") or []) <= trial.warnings
    if "silent" in case.said:
        assert not set(case.said["silent"]) & trial.warnings
