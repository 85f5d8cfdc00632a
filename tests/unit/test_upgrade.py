"""A warehouse of release 0.1 becomes one of releases, by the first command that meets it, and no data is touched."""

import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmentation import read
from segmentation.common.errors import UserError
from segmentation.running.local import __main__ as commands
from segmentation.warehouse import releases, upgrade
from segmentation.warehouse.manifests import Manifest, data_files, describe_files
from segmentation.warehouse.mirror import Mirror
from segmentation.warehouse.upkeep import verify
from segmentation.warehouse.versions import Warehouse

JULY, AUGUST = date(2023, 7, 1), date(2023, 8, 1)


class Old:
    """Writes what release 0.1 has left."""

    def __init__(self, root: Path) -> None:
        self.warehouse = Warehouse(root)
        self.made = 0

    def publish(self, name: str, as_of: date | None = None, table: pa.Table | None = None, **more: dict) -> Manifest:
        self.made += 1
        attempt = self.warehouse.attempt(name, f"{self.made:012x}", as_of)
        pq.write_table(table or pa.table({"x": [1]}), attempt.folder / "part-0.parquet")
        described = describe_files(attempt.folder, data_files(attempt.folder))
        manifest = Manifest(
            name, attempt.version, as_of.isoformat() if as_of else None, f"2026-01-01T00:00:{self.made:02d}+00:00", 1,
            1, {}, described, more.get("inputs", {}), more.get("settings", {}), {}, f"run-{self.made}",
        )  # fmt: skip
        return self.warehouse.publish(attempt, manifest)

    def source(self, **settings: object) -> Manifest:
        return self.publish("source", settings=settings)

    def month(self, as_of: date, source: Manifest, latest: bool = True, category: str | None = "Books") -> Manifest:
        """A run of release 0.1: its versions, and LATEST of each if it was the last."""
        reviews = self.publish("reviews", inputs={"source": source.version})
        rfm = self.publish("customer_rfm", as_of, inputs={"reviews": reviews.version})
        rows = pa.table(
            {
                "customers": pa.array([2, 3], pa.int64()),
                "total_monetary": pa.array(["1.50", "2.25"]).cast(pa.decimal128(18, 2)),
            }
        )
        summary = self.publish("segment_summary", as_of, rows, inputs={"customer_rfm": rfm.version})
        settings = {"source": source.settings["source"], **({"category": category} if category else {})}
        inputs = {"segment_summary": summary.version, "previous_customer_rfm": rfm.version}
        report = self.publish("report", as_of, inputs=inputs, settings=settings)
        if latest:
            for one in (source, reviews, rfm, summary, report):
                home = self.warehouse.home(one.dataset, one.as_of_date)
                (home / "_attempts").mkdir(exist_ok=True)
                (home / "_attempts/LATEST.lock").write_text("")
                (home / "LATEST").write_text(f"{one.version}\n")
        return report

    def data(self) -> dict[str, bytes]:
        """Every file of every version."""
        paths = [path for path in self.warehouse.root.rglob("version=*/*") if path.is_file()]
        return {str(path.relative_to(self.warehouse.root)): path.read_bytes() for path in paths}


@pytest.fixture
def old(tmp_path: Path, monkeypatch) -> Old:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setattr(upgrade, "_current", set())
    monkeypatch.delenv("SHOP", raising=False)
    return Old(tmp_path / "warehouse")


@pytest.fixture
def filled(old: Old) -> Old:
    """Two categories of one month, of which LATEST names one; a month of orders, one of a demo, and one that failed."""
    hub = old.source(source="huggingface", category="Books")
    old.month(JULY, hub, latest=False, category="Books")
    old.month(JULY, hub, category="Gift_Cards")
    old.month(AUGUST, hub, category="Gift_Cards")
    orders = old.source(source="orders", mapping={"currency": "EUR"}, files={"Web_Shop.csv": {}})
    old.month(AUGUST, orders, latest=False, category=None)
    old.month(AUGUST, old.source(source="demo", category="Electronics"), latest=False, category="Electronics")
    return old


def found(warehouse: Warehouse) -> dict[str, list[str]]:
    return {shop: [str(day) for day in releases.months(warehouse, shop)] for shop in releases.shops(warehouse)}


def latest_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*LATEST*")]


def test_what_release_0_1_listed_is_released_and_latest_goes(filled: Old, capsys) -> None:
    before = filled.data()
    assert commands.main(["upgrade"]) == 0
    assert found(filled.warehouse) == {
        "books": ["2023-07-01"],
        "demo": ["2023-08-01"],
        "gift_cards": ["2023-07-01", "2023-08-01"],
        "web_shop": ["2023-08-01"],
    }
    said = capsys.readouterr().out
    assert "layout of release 0.1" in said
    assert "5 months are releases of 4 shops now: books, demo, gift_cards, web_shop" in said
    assert latest_files(filled.warehouse.root) == []
    assert filled.data() == before
    assert verify(filled.warehouse)[1] == []
    one = releases.current(filled.warehouse, "web_shop", AUGUST)
    assert (one.title, one.number, one.figures) == (
        "Web_Shop", 1, {"customers": 5, "spend": "3.75", "currency": "EUR"},
    )  # fmt: skip
    assert set(one.versions) == {"source", "reviews", "customer_rfm", "segment_summary", "report"}


@pytest.mark.parametrize("command", ["verify", "prune", "releases", "lineage", "views"])
def test_the_first_command_that_meets_it_converts_it(filled: Old, monkeypatch, capsys, command: str) -> None:
    monkeypatch.setenv("SHOP", "gift_cards")
    monkeypatch.setenv("OUT", str(filled.warehouse.root / "views"))
    monkeypatch.setenv("AS_OF", str(AUGUST))
    assert commands.main([command]) == 0
    assert "layout of release 0.1" in capsys.readouterr().out
    assert latest_files(filled.warehouse.root) == []


def test_a_second_time_there_is_nothing_to_do(filled: Old, capsys) -> None:
    commands.main(["upgrade"])
    before = list(releases.every(filled.warehouse))
    capsys.readouterr()
    assert commands.main(["upgrade"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert list(releases.every(filled.warehouse)) == before


def test_the_report_of_latest_is_chosen_before_a_younger_one(old: Old) -> None:
    hub = old.source(source="huggingface", category="Books")
    first = old.month(JULY, hub)
    old.month(JULY, hub, latest=False)
    upgrade.open_warehouse(old.warehouse.root, lambda line: None)
    assert releases.current(old.warehouse, "books", JULY).versions["report"] == first.version


@pytest.mark.parametrize("files", range(0, 12))
def test_killed_in_between_the_next_command_goes_on(filled: Old, monkeypatch, files: int) -> None:
    """Wherever it dies: every month is released once, and LATEST goes."""

    class Killed(BaseException):
        pass

    left = files
    real_create, real_unlink = releases.create, Path.unlink

    def counted(real):
        def call(*given, **named):
            nonlocal left
            if not left:
                raise Killed
            left -= 1
            return real(*given, **named)

        return call

    with monkeypatch.context() as killing:
        killing.setattr(releases, "create", counted(real_create))
        killing.setattr(Path, "unlink", counted(real_unlink))
        with pytest.raises(Killed):
            upgrade.open_warehouse(filled.warehouse.root, lambda line: None)
    assert upgrade.is_old(filled.warehouse.root)
    upgrade.open_warehouse(filled.warehouse.root, lambda line: None)
    assert {one.number for one in releases.every(filled.warehouse)} == {1}
    assert len(list(releases.every(filled.warehouse))) == 5
    assert latest_files(filled.warehouse.root) == []


def test_a_report_whose_input_is_gone_is_left_out_and_named(filled: Old, capsys) -> None:
    report = filled.warehouse.get("report", f"{5:012x}", JULY)
    summary = filled.warehouse.place("segment_summary", report.inputs["segment_summary"], JULY)
    shutil.rmtree(summary)
    assert commands.main(["upgrade"]) == 0
    said = capsys.readouterr().out
    assert f"The report {report.version} as of {JULY} is left out of the releases" in said
    assert "books" not in found(filled.warehouse)
    for shop in releases.shops(filled.warehouse):
        assert verify(filled.warehouse, shop)[1] == []


def test_a_reader_is_told_what_to_do_and_changes_nothing(filled: Old) -> None:
    with pytest.raises(UserError, match="make upgrade"):
        read.shops(str(filled.warehouse.root))
    assert upgrade.is_old(filled.warehouse.root)


def test_what_may_not_be_written_is_said(filled: Old, monkeypatch, capsys) -> None:
    def refuse(*_, **__) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert commands.main(["upgrade"]) == 1
    assert "cannot be converted: Permission denied" in capsys.readouterr().out


def test_a_store_that_release_0_1_has_mirrored_is_restored_with_releases(filled: Old, tmp_path: Path) -> None:
    shutil.copytree(filled.warehouse.root, tmp_path / "store", ignore=shutil.ignore_patterns("_attempts", "releases"))
    again = Warehouse(tmp_path / "again")
    Mirror(f"file://{tmp_path / 'store'}").restore(again, lambda line: None)
    assert sorted(found(again)) == ["books", "demo", "gift_cards", "web_shop"]
    assert verify(again)[1] == []
    assert latest_files(again.root) == []
