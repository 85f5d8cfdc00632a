"""What other edges make of customers: counted exactly, and only where the own edges of a month explain its scores."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.pages import whatif_counts
from segmentation.pages.whatif_counts import Scoring, counts
from segmentation.warehouse.published import Damaged, StoredFile

OWN = Scoring(bins=3, closed="left", recency=(1000, 5000), frequency=(200, 300), monetary=(2000, 5000))
TYPES = {
    "recency_days": pa.int32(),
    "frequency": pa.int64(),
    "monetary": pa.decimal128(18, 2),
    "r_score": pa.int32(),
    "f_score": pa.int32(),
    "m_score": pa.int32(),
    "segment": pa.string(),
}


def score(value: Decimal, edges: list[Decimal], bins: int, closed: str, down: bool) -> int:
    """By hand: how many edges lie at or below it."""
    above = sum(edge <= value if closed == "left" else edge < value for edge in edges)
    return bins - above if down else 1 + above


def customer(days: int, times: int, spend: str, scoring: Scoring = OWN, segment: str = "A") -> dict:
    values = {"recency": Decimal(days), "frequency": Decimal(times), "monetary": Decimal(spend)}
    scores = [
        score(value, [Decimal(edge) / 100 for edge in getattr(scoring, name)], scoring.bins, scoring.closed, not place)
        for place, (name, value) in enumerate(values.items())
    ]
    row = [days, times, Decimal(spend), *scores, segment]
    return dict(zip(TYPES, row, strict=True))


def stored(folder: Path, rows: list[dict], name: str = "p.parquet") -> tuple[StoredFile, ...]:
    pq.write_table(pa.Table.from_pylist(rows, pa.schema(list(TYPES.items()))), folder / name)
    return (StoredFile(folder, name, (folder / name).stat().st_size, f"{folder}{name}{rows}"),)


def plain(found: whatif_counts.Counts) -> set[tuple]:
    return {(one.segment, one.cell, one.customers, str(one.spend)) for one in found}


def test_without_other_edges_it_counts_the_scores_that_customers_have(tmp_path: Path) -> None:
    rows = [customer(5, 1, "1.00"), customer(5, 1, "1.01"), customer(60, 3, "70.00", segment="B")]
    assert plain(counts(stored(tmp_path, rows))) == {("A", "311", 2, "2.01"), ("B", "133", 1, "70")}


def test_other_edges_give_other_cells(tmp_path: Path) -> None:
    rows = [customer(9, 2, "20.00"), customer(10, 2, "19.99"), customer(50, 9, "50.00")]
    other = Scoring(bins=3, closed="right", recency=(1000, 5000), frequency=(200, 300), monetary=(2000, 5000))
    assert plain(counts(stored(tmp_path, rows), OWN, other)) == {
        ("A", "311", 2, "39.99"),
        ("A", "232", 1, "50"),
    }


def test_scores_that_do_not_follow_from_the_edges_are_not_counted_anew(tmp_path: Path) -> None:
    files = stored(tmp_path, [{**customer(9, 2, "20.00"), "m_score": 1}])
    assert counts(files)
    with pytest.raises(Damaged, match="do not follow from its edges"):
        counts(files, OWN, OWN)
    with pytest.raises(Damaged, match="do not follow"):
        counts(files, None, OWN)


def quantile(values: list[Decimal], edge: int, bins: int, closed: str) -> Decimal:
    """Type 7 of R, by hand in whole hundredths."""
    ordered = sorted(int(value * 100) for value in values)
    exact = Decimal((len(ordered) - 1) * edge) / bins
    low = int(exact)
    high = min(low + 1, len(ordered) - 1)
    parts = (len(ordered) - 1) * edge % bins
    step = (ordered[high] - ordered[low]) * parts
    up = -(-step // bins) if closed == "left" else step // bins
    return Decimal(ordered[low] + up) / 100


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(1, 5), st.integers(1, 9999)), min_size=1, max_size=30),
    st.sampled_from(["left", "right"]),
    st.integers(3, 6),
)
def test_quantiles_are_those_of_the_rule(tmp_path_factory, values: list[tuple], closed: str, bins: int) -> None:
    rows = [customer(days, times, f"{cents / 100:.2f}") for days, times, cents in values]
    other = Scoring(bins, closed, None, None, None)
    expected: dict[str, int] = {}
    columns = {name: [Decimal(row[name]) for row in rows] for name in ("recency_days", "frequency", "monetary")}
    edges = {
        name: [quantile(column, edge, bins, closed) for edge in range(1, bins)] for name, column in columns.items()
    }
    for row in rows:
        cell = "".join(
            str(score(Decimal(row[name]), edges[name], bins, closed, name == "recency_days")) for name in columns
        )
        expected[cell] = expected.get(cell, 0) + 1
    found = counts(stored(tmp_path_factory.mktemp("q"), rows), OWN, other)
    assert {one.cell: one.customers for one in found} == expected
    assert sum(one.spend for one in found) == sum(columns["monetary"])


def test_amounts_below_zero_and_too_large_ones(tmp_path: Path) -> None:
    rows = [customer(9, 2, "-5.00"), customer(9, 2, "0.00")]
    assert plain(counts(stored(tmp_path, rows))) == {("A", "321", 2, "-5")}
    huge = [customer(9, 2, "9999999999999999.99")]
    with pytest.raises(Damaged, match="too large"):
        counts(stored(tmp_path, huge, "huge.parquet"))


def test_too_many_customers_are_not_counted(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(whatif_counts, "MOST_CUSTOMERS", 1)
    with pytest.raises(Damaged, match="up to 1 are counted here"):
        counts(stored(tmp_path, [customer(1, 1, "1.00")] * 2))
