"""How a stage's shuffles fit what it reads: little is planned once, by a task for each core."""

from types import SimpleNamespace

import pytest

from segmentation.engine import tables

MIB = 2**20


@pytest.mark.parametrize(
    ("size", "is_adaptive", "partitions"),
    [
        (0, False, 2),
        (128 * MIB, False, 2),
        (512 * MIB, False, 8),
        (512 * MIB + 1, True, 64),
        (100_000 * MIB, True, 2000),
    ],
)
def test_little_is_planned_once_and_much_after_each_shuffle(
    size: int, is_adaptive: bool, partitions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "parallelism", lambda spark: 2)
    told = {}
    tables.fit_shuffles(SimpleNamespace(conf=SimpleNamespace(set=told.__setitem__)), size)
    assert told == {"spark.sql.adaptive.enabled": is_adaptive, "spark.sql.shuffle.partitions": partitions}
