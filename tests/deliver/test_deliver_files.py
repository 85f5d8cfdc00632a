"""A release as files: seen when the manifest is there, and then whole."""

import hashlib
import json
import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from delivering_shops import AUGUST, JULY, Shop, customers

from databases.stores import Bucket
from segmentation.common.errors import Unavailable, UserError
from segmentation.running.deliver import bucket, records
from segmentation.running.deliver.delivering import deliver


@pytest.fixture
def out(shop: Shop, tmp_path: Path) -> Path:
    # An address has plain letters only, which a test's folder may not.
    folder = tmp_path / "out"
    shop.file(f"files: {folder}")
    return folder


def whole(folder: Path) -> dict[str, Any]:
    """A delivery's manifest, each of its files looked at."""
    content = json.loads((folder / "manifest.json").read_text())
    for name, entry in content["files"].items():
        found = (folder / name).read_bytes()
        assert (len(found), hashlib.sha256(found).hexdigest()) == (entry["bytes"], entry["sha256"])
    return content


def test_a_release_has_a_folder_with_its_customers_and_lists(shop: Shop, out: Path) -> None:
    deliver(shop.warehouse, shop.release(AUGUST, customers(25)), "run")
    folder = out / "tea/as_of=2023-08-01/release=1"
    content = whole(folder)
    assert set(content["files"]) == {
        "customers.parquet", "lists/everyone.csv", "lists/everyone.parquet", "lists/few.csv", "lists/few.parquet"
    }  # fmt: skip
    rows = pq.read_table(folder / "customers.parquet").to_pylist()
    wanted = customers(25)
    assert [{name: row[name] for name in wanted[0]} for row in rows] == wanted
    assert {(row["shop"], row["as_of"], row["release_number"]) for row in rows} == {("tea", AUGUST, 1)}
    assert (content["customers"], content["as_of"]) == (25, "2023-08-01")


def test_each_month_has_its_own_also_an_older_one(shop: Shop, out: Path) -> None:
    for day in (AUGUST, JULY):
        deliver(shop.warehouse, shop.release(day, customers(5)), "run")
    assert {path.parts[-3] for path in out.glob("*/*/*/manifest.json")} == {"as_of=2023-08-01", "as_of=2023-07-01"}


def test_a_try_again_writes_nothing(shop: Shop, out: Path) -> None:
    release = shop.release(AUGUST, customers(5))
    deliver(shop.warehouse, release, "run")
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    next(records.folder_of(shop.warehouse, "tea", AUGUST, 1).glob("files-*.json")).unlink()
    deliver(shop.warehouse, release, "run")
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("at", [1, 2, 4, 6])
def test_a_kill_leaves_nothing_that_looks_whole(shop: Shop, out: Path, at: int) -> None:
    release = shop.release(AUGUST, customers(25))

    def work() -> None:
        real, calls = bucket.open_output, []

        def deadly(*args: Any) -> Any:
            calls.append(1)
            file = real(*args)
            if len(calls) == at:
                file.write(b"half")
                file.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            return file

        bucket.open_output = deadly
        deliver(shop.warehouse, release, "run")

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    folder = out / "tea/as_of=2023-08-01/release=1"
    assert not (folder / "manifest.json").exists()
    deliver(shop.warehouse, release, "run")
    assert whole(folder)["customers"] == 25


def test_a_place_that_may_not_be_written_is_said(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shop.file(f"files: {tmp_path}/file")
    with pytest.raises(UserError, match=r"^deliver: files .*: the store says: "):
        deliver(shop.warehouse, shop.release(AUGUST, customers(5)), "run")


def test_a_bucket_with_a_connection(shop: Shop, tmp_path: Path, connect: Any) -> None:
    bucket_on_disk = Bucket(tmp_path)
    given = bucket_on_disk.connection()
    connect("drop", conn_type="aws", login=given.login, password=given.password, extra=given.extra)
    shop.file("files: s3://bucket/out\nconnection: drop")
    release = shop.release(AUGUST, customers(25))
    with pytest.raises(Unavailable, match="the store does not answer") as caught:
        deliver(shop.warehouse, release, "run")
    assert "127.0.0.1" not in str(caught.value)
    bucket_on_disk.start()
    try:
        deliver(shop.warehouse, release, "run")
        assert whole(tmp_path / "s3/bucket/out/tea/as_of=2023-08-01/release=1")["customers"] == 25
        connect("drop", conn_type="aws", login="another", password=given.password, extra=given.extra)
        with pytest.raises(UserError, match="the store says"):
            deliver(shop.warehouse, shop.release(AUGUST, customers(5)), "run")
    finally:
        bucket_on_disk.stop()


def test_an_address_that_leads_nowhere_is_said(shop: Shop) -> None:
    shop.file("files: ftp9://there/folder")
    with pytest.raises(UserError, match="deliver: files ftp9://there/folder: "):
        deliver(shop.warehouse, shop.release(AUGUST, customers(5)), "run")
