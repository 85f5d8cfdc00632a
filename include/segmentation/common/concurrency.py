"""Several Spark jobs at once, from one driver."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

# The last task of a job leaves cores idle, and so does planning the next. Three jobs fill these gaps; more would only
# share the same memory.
JOBS = 3

Result = TypeVar("Result")


def run_concurrently(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """The results of the calls, in their order. After a failure, calls not begun are left out and it is raised."""
    with ThreadPoolExecutor(min(JOBS, max(1, len(calls)))) as pool:
        running = [pool.submit(call) for call in calls]
        try:
            return [each.result() for each in running]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
