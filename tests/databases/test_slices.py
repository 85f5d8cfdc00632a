"""Orders by months: each old row is fetched once, and what changed behind our back is said."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import shops
from segmentation import sources
from segmentation.common.errors import UserError
from segmentation.planning.plan import months_before
from segmentation.warehouse.left_out import doubts
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse
from shops import Connection, fetch, landed, run_in

INCREMENT = {"increment": "ordered"}
# Two orders a month for 26 months, one of them at the end of the month in New York and in the next one in UTC.
MONTHS = [months_before(date(2022, 1, 1), -number) for number in range(26)]


def rows_of(months: list[date]) -> list[tuple]:
    found = []
    for number, month in enumerate(months):
        last = months_before(month, -1)
        ids = [f"a0eebc99-9c0b-4ef8-bb6d-6bb9bd38{number:02d}{place:02d}" for place in range(2)]
        found += [
            (ids[0], "ann", f"{month} 10:00:00+00:00", str(month), f"{number}.50", None),
            (ids[1], "bob", f"{last - timedelta(days=1)} 22:00:00-05:00", str(month), "1.00", "late"),
        ]
    return found


@pytest.fixture(params=["postgres", "hook", "duckdb", "sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[list[tuple]], Connection]:
    if request.param in ("postgres", "hook"):
        server = request.getfixturevalue("server")
        put = shops.in_postgres if request.param == "postgres" else shops.by_hook
        return lambda rows: put(server, rows)
    put = shops.in_duckdb if request.param == "duckdb" else shops.in_sqlite
    return lambda rows: put(tmp_path, rows)


def refresh(
    warehouse: Warehouse, connection: Connection, as_of: object, said: list[str] | None = None, **params: object
) -> Manifest:
    mapping = {"time_zone": "America/New_York", **INCREMENT}
    return fetch(warehouse, connection, said, mapping=mapping, as_of=str(as_of), **params)


def fetched(said: list[str]) -> list[str]:
    """The slices that the last refresh has fetched."""
    return [line for line in said if "slices:" in line][-1].rpartition("(")[2].rstrip(")").split(", ")


def names(manifest: Manifest) -> list[str]:
    return [Path(name).stem for name in manifest.files]


def test_two_years_of_refreshes_fetch_each_closed_month_once(shop, warehouse: Warehouse) -> None:
    said: list[str] = []
    counts: dict[str, int] = {}
    for number in range(2, 26):
        as_of = MONTHS[number]
        manifest = refresh(warehouse, shop(rows_of(MONTHS[:number])), as_of, said, open_months=0)
        for name in fetched(said):
            counts[name] = counts.get(name, 0) + 1
        full = fetch(Warehouse(warehouse.root.parent / "full"), shop(rows_of(MONTHS[:number])))
        assert landed(warehouse, manifest) == landed(Warehouse(warehouse.root.parent / "full"), full)
    assert set(counts) == {f"{month:%Y-%m}" for month in MONTHS[:25]} and set(counts.values()) == {1}


def test_open_months_are_fetched_each_time_and_closed_ones_shared(shop, warehouse: Warehouse) -> None:
    said: list[str] = []
    first = refresh(warehouse, shop(rows_of(MONTHS[:6])), "2022-07-01", said)
    assert fetched(said) == ["2022-01", "2022-02", "2022-03", "2022-04", "2022-05", "2022-06"]
    second = refresh(warehouse, shop(rows_of(MONTHS[:7])), "2022-08-01", said)
    assert fetched(said) == ["2022-06", "2022-07"]
    paths = [
        {path.name: path for path in sources.raw_files(warehouse, one.version)["orders"]} for one in (first, second)
    ]
    same = [paths[0][f"2022-{n:02d}.parquet"].samefile(paths[1][f"2022-{n:02d}.parquet"]) for n in (1, 5, 6)]
    assert same == [True, True, False]


def test_a_month_is_one_of_the_shops_calendar(shop, warehouse: Warehouse) -> None:
    connection = shop(rows_of(MONTHS[:3]))
    manifest = refresh(warehouse, connection, "2022-04-01")
    folder = warehouse.place_of(manifest) / "raw/orders"
    assert [len(pq.read_table(folder / f"{name}.parquet")) for name in names(manifest)] == [2, 2, 2]


def test_equal_rows_are_the_same_version_and_rows_without_a_time_come_along(shop, warehouse: Warehouse) -> None:
    rows = [*rows_of(MONTHS[:3]), (shops.IDS[0], "cay", None, None, "5.00", None),
            (shops.IDS[1], "dan", "1969-05-01 00:00:00+00:00", None, "6.00", None)]  # fmt: skip
    first = refresh(warehouse, shop(rows), "2022-04-01")
    assert refresh(Warehouse(warehouse.root.parent / "other"), shop(rows[::-1]), "2022-04-01").version == first.version
    assert set(names(first)) == {"2022-01", "2022-02", "2022-03", "earlier", "undated"}
    assert len(landed(warehouse, first)) == len(rows)


def test_a_closed_month_that_changed_is_said_and_fetched_when_asked(shop, warehouse: Warehouse) -> None:
    said: list[str] = []
    rows = rows_of(MONTHS[:6])
    first = refresh(warehouse, shop(rows), "2022-07-01", said)
    assert doubts([first]) == []
    changed = [*rows[:2], (*rows[2][:4], "99.00", rows[2][5]), *rows[3:], (*rows[5][:4], "0.00", None)]
    found = refresh(warehouse, shop(changed), "2022-07-01", said)
    assert len(landed(warehouse, found)) == len(rows) and found.version != first.version
    (sentence,) = doubts([found])
    assert sentence.startswith("Closed months have changed in the database since: 2022-02 (paid 2.5 then and 100 now)")
    assert "2022-03 (2 rows when it was fetched and 3 now" in sentence and "FETCH_CHANGED=true" in sentence
    again = refresh(warehouse, shop(changed), "2022-07-01", said, fetch_changed=True)
    assert doubts([again]) == [] and set(fetched(said)) == {"2022-02", "2022-03", "2022-05", "2022-06"}
    assert len(landed(warehouse, again)) == len(changed)
    later = refresh(warehouse, shop(changed), "2022-07-01", said)
    assert later.version == again.version and doubts([later]) == []


def test_force_fetches_all_again(shop, warehouse: Warehouse) -> None:
    said: list[str] = []
    first = refresh(warehouse, shop(rows_of(MONTHS[:6])), "2022-07-01", said)
    assert refresh(warehouse, shop(rows_of(MONTHS[:6])), "2022-07-01", said, force=True).version == first.version
    assert len(fetched(said)) == 6


def test_a_slice_that_was_damaged_is_found(shop, warehouse: Warehouse) -> None:
    first = refresh(warehouse, shop(rows_of(MONTHS[:6])), "2022-07-01")
    path = warehouse.place_of(first) / "raw/orders/2022-01.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"2022-01\.parquet reads otherwise than it was written|cannot be read"):
        refresh(warehouse, shop(rows_of(MONTHS[:7])), "2022-08-01")


@pytest.mark.parametrize(
    ("mapping", "params", "words"),
    [
        ({"increment": "day"}, {}, "increment is 'day', but time is 'ordered'"),
        (INCREMENT, {"query": "SELECT * FROM orders WHERE day > :window_start"}, "the query has :window_start"),
        (INCREMENT, {"query": "SELECT * FROM orders_{as_of:%Y}"}, "the query has {as_of}"),
        (
            {"increment": "paid", "time": "paid", "time_format": "epoch_seconds", "amount": "paid"},
            {},
            "increment is 'paid', which is a column of",
        ),
    ],
)
def test_what_cannot_be_sliced_is_named(warehouse: Warehouse, tmp_path: Path, mapping, params, words: str) -> None:
    with pytest.raises(UserError) as refused:
        fetch(warehouse, shops.in_duckdb(tmp_path), mapping=mapping, **params)
    assert words in str(refused.value)


def test_files_have_no_increment(warehouse: Warehouse, tmp_path: Path) -> None:
    from segmentation.config.settings import parse

    (tmp_path / "a.csv").write_text("ordered,who,paid\n2023-01-01,ann,1\n")
    mapping = json.dumps({"customer": "who", "time": "ordered", "amount": "paid", **INCREMENT})
    settings = parse({"source": "orders", "files_path": str(tmp_path / "a.csv"), "orders_mapping": mapping})
    with pytest.raises(UserError, match="increment is for the source database"):
        sources.fetch(settings, warehouse, "run")


def test_a_change_between_counting_and_reading_is_tried_again(server, warehouse: Warehouse, monkeypatch) -> None:
    """In PostgreSQL one snapshot holds, so that what is written meanwhile is not seen."""
    from segmentation.sources.databases import slices

    connection = shops.in_postgres(server, rows_of(MONTHS[:3]))
    counted = slices.slices_of

    def then_written(*given: object) -> object:
        found = counted(*given)
        run_in(server, "INSERT INTO orders SELECT * FROM orders")
        return found

    monkeypatch.setattr(slices, "slices_of", then_written)
    assert len(landed(warehouse, refresh(warehouse, connection, "2022-04-01"))) == 6
