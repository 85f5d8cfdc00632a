"""What was delivered stays beside the release, and is shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from delivering_shops import AUGUST, Shop, customers

from segmentation.deliver import records
from segmentation.deliver.delivering import deliver
from segmentation.errors import UserError
from segmentation.local import __main__ as commands
from segmentation.warehouse import releases
from segmentation.warehouse.mirror import Mirror
from segmentation.warehouse.upkeep import prune


@pytest.fixture
def sqlite(shop: Shop, connect: Any, tmp_path: Path) -> Path:
    connect("crm", conn_type="sqlite", host=str(tmp_path / "crm.sqlite"))
    shop.file("table: customers\nconnection: crm")
    return tmp_path / "crm.sqlite"


def test_a_record_says_what_where_and_when_and_no_secret(shop: Shop, sqlite: Path) -> None:
    deliver(shop.warehouse, shop.release(AUGUST, customers(3)), "run-7")
    (path,) = records.folder_of(shop.warehouse, "tea", AUGUST, 1).glob("*.json")
    found = json.loads(path.read_text())
    wanted = {"kind": "table", "place": "customers", "connection": "crm", "rows": 3, "run_id": "run-7"}
    assert {name: found[name] for name in wanted} == wanted
    assert str(sqlite) not in path.read_text()


def test_a_record_is_never_replaced(shop: Shop, sqlite: Path) -> None:
    release = shop.release(AUGUST, customers(3))
    deliver(shop.warehouse, release, "run-7")
    (path,) = records.folder_of(shop.warehouse, "tea", AUGUST, 1).glob("*.json")
    before = path.read_bytes()
    deliver(shop.warehouse, release, "run-8")
    assert path.read_bytes() == before


def test_the_list_of_releases_shows_it(shop: Shop, sqlite: Path, capsys: Any, connect: Any) -> None:
    deliver(shop.warehouse, shop.release(AUGUST, customers(3)), "run")
    connect("crm", conn_type="sqlite", host="/nowhere/crm.sqlite")
    with pytest.raises(UserError):
        deliver(shop.warehouse, shop.release(AUGUST, customers(4)), "run")
    assert commands.main(["releases"]) == 0
    said = capsys.readouterr().out
    assert "delivered to table customers (crm)" in said and ": 3 rows" in said
    assert "not delivered to table customers (crm)" in said and "unable to open database file" in said


def test_a_record_that_cannot_be_read_is_passed_over(shop: Shop, sqlite: Path) -> None:
    release = shop.release(AUGUST, customers(3))
    deliver(shop.warehouse, release, "run")
    (path,) = records.folder_of(shop.warehouse, "tea", AUGUST, 1).glob("*.json")
    for text in ("", "[]", '{"kind": 1}', path.read_text().replace("2026", "x")):
        path.write_text(text)
        assert records.all_of(shop.warehouse, release) == []


def test_releases_are_read_mirrored_and_pruned_as_before(shop: Shop, sqlite: Path, tmp_path: Path) -> None:
    for number in (1, 2, 3, 4, 5):
        deliver(shop.warehouse, shop.release(AUGUST, customers(number)), "run")
    assert releases.numbers(shop.warehouse, "tea", AUGUST) == [1, 2, 3, 4, 5]
    assert Mirror(f"file://{tmp_path}/copy").push(shop.warehouse).versions == 15
    prune(shop.warehouse, days=0, keep=2)
    assert releases.numbers(shop.warehouse, "tea", AUGUST) == [4, 5]
    home = releases.home(shop.warehouse, "tea", AUGUST)
    assert sorted(path.name for path in home.glob("*.deliveries")) == ["4.deliveries", "5.deliveries"]
    assert len(records.all_of(shop.warehouse, releases.current(shop.warehouse, "tea", AUGUST))) == 1
