"""Several calls at once: in order, really at once, and no further after a failure."""

import threading

import pytest

from segmentation.together import JOBS, together


def test_results_come_in_the_order_of_the_calls() -> None:
    done = threading.Event()

    def last_to_end() -> str:
        assert done.wait(10)
        return "first"

    def first_to_end() -> str:
        done.set()
        return "second"

    assert together([last_to_end, first_to_end]) == ["first", "second"]


def test_no_calls_give_no_results() -> None:
    assert together([]) == []


def test_after_a_failure_calls_not_begun_are_left_out() -> None:
    begun: list[int] = []
    failed = threading.Event()

    def call(number: int) -> None:
        begun.append(number)
        if number == 0:
            failed.set()
            raise ValueError("the first")
        # The others of the first handful end only when the failure has been seen.
        assert failed.wait(10)
        threading.Event().wait(0.5)

    with pytest.raises(ValueError, match="the first"):
        together([lambda number=number: call(number) for number in range(50)])
    # The failed one's place may be taken once more before the rest is called off.
    assert len(begun) <= JOBS + 1
