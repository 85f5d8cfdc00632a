"""What was delivered stays beside the release, and is shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from delivering_shops import AUGUST, Shop, customers

from segmentation.common.errors import UserError
from segmentation.running.deliver import records
from segmentation.running.deliver.delivering import deliver
from segmentation.running.local import __main__ as commands
from segmentation.warehouse import releases
from segmentation.warehouse.mirror import Mirror
from segmentation.warehouse.upkeep import prune
from segmentation.warehouse.versions import Warehouse


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
    # The target is named once.
    assert "not delivered to table customers (crm)" in said and "UTC: the database says: unable to open" in said


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


def test_what_was_delivered_goes_into_the_copy_and_comes_back(shop: Shop, sqlite: Path, tmp_path: Path) -> None:
    first, second = (shop.release(AUGUST, customers(number)) for number in (3, 4))
    deliver(shop.warehouse, second, "run")
    folder = records.folder_of(shop.warehouse, "tea", AUGUST, 2)
    journal = folder / "webhook-0123456789ab.acknowledged"
    journal.write_text("of\nkey 1\n")
    (folder / "webhook-0123456789ab.failed").write_text("why")
    (tmp_path / "outside").mkdir()
    copy = Mirror(f"file://{tmp_path}/copy")
    copy.push(shop.warehouse)
    journal.write_text("of\nkey 1\nkey 2\n")  # it has grown
    copy.push(shop.warehouse)

    restored = Warehouse(tmp_path / "outside/warehouse")
    copy.restore(restored)
    back = records.folder_of(restored, "tea", AUGUST, 2)
    assert {path.name: path.read_text() for path in back.iterdir()} == {
        path.name: path.read_text() for path in folder.glob("*") if path.suffix in (".json", ".acknowledged")
    }
    assert records.all_of(restored, second) == records.all_of(shop.warehouse, second)
    assert records.all_of(restored, first) == []
    (back / journal.name).write_text("of\nmine\n")
    copy.restore(restored)
    assert (back / journal.name).read_text() == "of\nmine\n"


def test_deliveries_of_the_stores_release_are_not_taken_for_another_one_s(
    shop: Shop, sqlite: Path, tmp_path: Path
) -> None:
    deliver(shop.warehouse, shop.release(AUGUST, customers(3)), "run")
    copy = Mirror(f"file://{tmp_path}/copy")
    copy.push(shop.warehouse)
    other = Shop(tmp_path / "other", made=10)  # so that its versions are others
    here = other.release(AUGUST, customers(5))
    copy.restore(other.warehouse)
    assert records.all_of(other.warehouse, here) == []


def test_a_release_that_is_brought_back_says_that_nobody_is_told(
    shop: Shop, sqlite: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.release(AUGUST, customers(3))
    for name, value in {"SHOP": "tea", "AS_OF": AUGUST.isoformat(), "NUMBER": "1"}.items():
        monkeypatch.setenv(name, value)
    assert commands.main(["release"]) == 0
    said = capsys.readouterr().out
    assert "It is not delivered to table customers of the connection crm" in said
    (shop.root / "shops/tea.yaml").write_text("params: {source: demo}\n")
    assert commands.main(["release"]) == 0
    assert "delivered" not in capsys.readouterr().out
    (shop.root / "shops/tea.yaml").write_text("params: {sorce: demo}\n")
    assert commands.main(["release"]) == 0
    assert "Unknown param 'sorce'" in capsys.readouterr().out
