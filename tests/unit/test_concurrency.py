"""Several calls at once: in order, really at once, and no further after a failure."""

import importlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from segmentation.common.concurrency import JOBS, run_concurrently

module = importlib.import_module("segmentation.common.concurrency")


def test_results_come_in_the_order_of_the_calls() -> None:
    done = threading.Event()

    def last_to_end() -> str:
        assert done.wait(300)
        return "first"

    def first_to_end() -> str:
        done.set()
        return "second"

    assert run_concurrently([last_to_end, first_to_end]) == ["first", "second"]


def test_no_calls_give_no_results() -> None:
    assert run_concurrently([]) == []


def test_after_a_failure_calls_not_begun_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    called_off = threading.Event()

    def call(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise ValueError("the first")
        # The others of the first handful end only when the failure has been seen and the rest called off.
        assert called_off.wait(300)

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            called_off.set()
            super().shutdown(wait=wait)

    monkeypatch.setattr(module, "ThreadPoolExecutor", Pool)
    with pytest.raises(ValueError, match="the first"):
        run_concurrently([lambda number=number: call(number) for number in range(50)])
    # The failed one's place may be taken once more before the rest is called off.
    assert len(begun) <= JOBS + 1
