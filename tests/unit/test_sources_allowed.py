"""SEGMENTATION_FILES_ROOT: files named by a param come from that folder only."""

from pathlib import Path

import pytest
from test_sources import fetch, lay_out

from segmentation.common.errors import UserError
from segmentation.config.allowed import FILES_ROOT
from segmentation.warehouse.versions import Warehouse

MAPPING = "customer: a\ntime: c\namount: e\ncurrency: EUR\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch) -> Path:
    """The folder that files may come from, with a category in it."""
    monkeypatch.setenv(FILES_ROOT, str(tmp_path / "shop"))
    return lay_out(tmp_path / "shop")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """The same outside of it, and a table."""
    lay_out(tmp_path / "secret")
    (tmp_path / "secret/salaries.csv").write_text("a,b,c,d,e\n1,2,2023-01-01,1,9\n")
    return tmp_path / "secret"


def test_files_below_it_are_taken(shop: Path, tmp_path: Path) -> None:
    assert fetch(Warehouse(tmp_path / "warehouse"), shop)


def named(shop: Path, secret: Path) -> dict[str, dict[str, object]]:
    """Ways to name files outside, by source."""
    (shop / "link").symlink_to(secret)
    (shop / "link.csv").symlink_to(secret / "salaries.csv")
    (shop / "mapping.yaml").symlink_to(secret / "salaries.csv")
    orders = {"source": "orders", "orders_mapping": MAPPING}
    return {
        "folder": {"files": secret},
        "climbing": {"files": f"{shop}/../secret"},
        "link": {"files": shop / "link"},
        "pair": {"files": f"{secret}/raw/a.jsonl,{secret}/raw/b.jsonl"},
        "no such folder": {"files": f"{secret}/nowhere"},
        "orders": {"files": secret / "salaries.csv", **orders},
        "orders, climbing": {"files": f"{shop}/../secret/*.csv", **orders},
        "orders, link": {"files": shop / "link.csv", **orders},
        "orders, pattern": {"files": f"{shop}/l*.csv", **orders},
        "mapping": {"files": shop, "source": "orders", "orders_mapping": str(shop / "mapping.yaml")},
    }


WAYS = ["folder", "climbing", "link", "pair", "no such folder", "orders", "orders, climbing",
        "orders, link", "orders, pattern", "mapping"]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_files_outside_are_refused_whatever_the_way(shop: Path, secret: Path, tmp_path: Path, way: str) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    given = named(shop, secret)[way]
    with pytest.raises(UserError, match=FILES_ROOT):
        fetch(warehouse, **given)
    assert not list(warehouse.root.rglob("version=*"))
