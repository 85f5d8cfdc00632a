"""A warehouse that release 0.1.0 has made, as it lies on somebody's disk: converted, read, and gone on with.

`tests/data/warehouse_0.1` was made by that release's own code: the orders of the tea shop (docs/how-to/own-orders), as
of June and July 2023, with three clusters.
"""

import hashlib
import tarfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from jobs.flow import Flow
from segmentation import read
from segmentation.common.paths import PROJECT
from segmentation.running.local import __main__ as commands
from segmentation.warehouse import releases, upgrade
from segmentation.warehouse.upkeep import verify
from segmentation.warehouse.versions import Warehouse

MADE = PROJECT / "tests/data/warehouse_0.1/warehouse.tar.xz"
OWN = PROJECT / "docs/how-to/own-orders"
JUNE, JULY, AUGUST = date(2023, 6, 1), date(2023, 7, 1), date(2023, 8, 1)
SHOP = "orders"


def checksums(root: Path) -> dict[str, str]:
    """Of every file of every version."""
    paths = [path for path in root.rglob("version=*/**/*") if path.is_file()]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The warehouse, converted by the first command that meets it."""
    root = tmp_path_factory.mktemp("upgraded") / "warehouse"
    with tarfile.open(MADE) as packed:
        packed.extractall(root, filter="data")
    before = checksums(root)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SEGMENTATION_WAREHOUSE", str(root))
        patched.setattr(upgrade, "_current", set())
        patched.delenv("SHOP", raising=False)
        assert commands.main(["upgrade"]) == 0
        assert checksums(root) == before
        yield Warehouse(root)


def test_its_months_are_releases_and_nothing_is_damaged(warehouse: Warehouse) -> None:
    assert releases.shops(warehouse) == [SHOP]
    assert releases.months(warehouse, SHOP) == [JUNE, JULY]
    assert list(warehouse.root.rglob("LATEST*")) == []
    assert verify(warehouse)[1] == []
    july = releases.current(warehouse, SHOP, JULY)
    assert (july.number, july.figures["customers"], july.figures["currency"]) == (1, 51, "EUR")
    assert {one.dataset for one in releases.manifests(warehouse, july)} == set(july.versions)


def test_its_tables_are_read_by_shop_and_month(warehouse: Warehouse) -> None:
    rows = read.table("customer_rfm", SHOP, as_of=JULY, warehouse=str(warehouse.root)).to_table().to_pylist()
    july = releases.current(warehouse, SHOP, JULY)
    assert len(rows) == july.figures["customers"]
    assert str(sum(row["monetary"] for row in rows)) == july.figures["spend"]


def test_the_next_month_goes_on_beside_it_and_says_what_it_leaves_out(
    warehouse: Warehouse,
    spark: "SparkSession",  # noqa: F821
    capsys: pytest.CaptureFixture[str],
) -> None:
    flow = Flow(warehouse.root, str(AUGUST), source="orders", files_path=str(OWN / "orders.csv"),
                orders_mapping=str(OWN / "mapping.yaml"), k="3", shop=SHOP)  # fmt: skip
    said = "The releases as of 2023-07-01 are left out of stays and movements: an older release of this project"
    assert said in capsys.readouterr().out
    flow.run()
    # What customers were a month ago is worked out by today's rules, so nobody moves because the rules have changed.
    july = {row["user_id"] for row in read.table("customer_rfm", SHOP, as_of=JULY, warehouse=str(warehouse.root))
            .to_table().to_pylist()}  # fmt: skip
    rows = flow.rows("customer_rfm")
    assert {row["user_id"] for row in rows if row["previous_segment"]} == {row["user_id"] for row in rows} & july
    assert {row["segment_since"] for row in rows} == {AUGUST}
    assert [one.as_of for one in releases.every(warehouse, SHOP)] == [str(JUNE), str(JULY), str(AUGUST)]
    assert verify(warehouse)[1] == []
