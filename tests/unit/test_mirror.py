"""A copy of the warehouse in an object store: on a disk, and in a stand-in for S3 (rclone's)."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyarrow import fs
from test_upkeep import MONTH, publish, release

from segmentation.common.errors import UserError
from segmentation.engine.connect.server import free_port
from segmentation.running.local import __main__ as commands
from segmentation.warehouse import releases
from segmentation.warehouse.addresses import shown
from segmentation.warehouse.manifests import MANIFEST, MANIFEST_FORMAT, seal
from segmentation.warehouse.mirror import Mirror
from segmentation.warehouse.object_store import ObjectStore
from segmentation.warehouse.upkeep import all_versions, verify
from segmentation.warehouse.versions import Warehouse, write_whole

KEYS = ("a-key", "its-secret")


@pytest.fixture
def shop(tmp_path: Path) -> Warehouse:
    """source <- reviews <- customer_rfm, which is released, and a version of reviews that nobody uses."""
    warehouse = Warehouse(tmp_path / "shop")
    publish(warehouse, "source", "a" * 12)
    publish(warehouse, "reviews", "b" * 12, source="a" * 12)
    publish(warehouse, "reviews", "9" * 12, source="a" * 12)
    publish(warehouse, "customer_rfm", "e" * 12, MONTH, reviews="b" * 12)
    release(warehouse, MONTH, customer_rfm="e" * 12)
    return warehouse


@pytest.fixture
def s3(tmp_path: Path, monkeypatch) -> Iterator[str]:
    """The address of an empty bucket."""
    port = free_port()
    (tmp_path / "s3/bucket").mkdir(parents=True)
    words = ["serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", ",".join(KEYS), str(tmp_path / "s3")]
    server = subprocess.Popen(
        [Path(sys.executable).with_name("rclone"), *words], stderr=subprocess.DEVNULL, env={"HOME": str(tmp_path)}
    )
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    for name, value in zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), KEYS, strict=True):
        monkeypatch.setenv(name, value)
    # What many stores besides Amazon's need.
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    monkeypatch.setenv("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
    yield f"s3://bucket/shop?endpoint_override=127.0.0.1:{port}&scheme=http&region=us-east-1"
    server.terminate()
    server.wait()


@pytest.fixture(params=["disk", "s3"])
def mirror(request, tmp_path: Path) -> Mirror:
    return Mirror(f"file://{tmp_path / 'store'}" if request.param == "disk" else request.getfixturevalue("s3"))


def silent(line: str) -> None:
    pass


def content(warehouse: Warehouse) -> dict[str, bytes]:
    """Every file of every version, and every release."""
    files = [path for folder in all_versions(warehouse) for path in folder.rglob("*") if path.is_file()]
    files += warehouse.root.glob("releases/**/*.json")
    return {path.relative_to(warehouse.root).as_posix(): path.read_bytes() for path in files}


def test_a_lost_warehouse_comes_back_as_it_was(shop: Warehouse, mirror: Mirror, tmp_path: Path) -> None:
    pushed = mirror.push(shop, silent)
    assert (pushed.versions, pushed.standing) == (3, 0)
    again = Warehouse(tmp_path / "again")
    restored = mirror.restore(again, silent)
    assert (restored.versions, restored.bytes) == (3, pushed.bytes)
    expected = {name: text for name, text in content(shop).items() if "9" * 12 not in name}
    assert content(again) == expected
    assert verify(again) == (3, [])


def test_what_stands_is_not_brought_again(shop: Warehouse, mirror: Mirror) -> None:
    mirror.push(shop, silent)
    later = publish(shop, "customer_rfm", "f" * 12, MONTH, reviews="b" * 12)
    release(shop, MONTH, customer_rfm=later.version)
    second = mirror.push(shop, silent)
    assert (second.versions, second.standing) == (1, 3)
    lost = shop.place_of(later)
    shutil.rmtree(lost)
    back = mirror.restore(shop, silent)
    assert (back.versions, back.standing) == (1, 3)
    assert lost.exists()


def test_readers_elsewhere_follow_a_release_in_the_store(shop: Warehouse, s3: str) -> None:
    Mirror(s3).push(shop, silent)
    files, root = fs.FileSystem.from_uri(s3)
    with files.open_input_stream(f"{root}/releases/books/as_of={MONTH}/1.json") as file:
        version = json.load(file)["versions"]["customer_rfm"]
    table = pq.read_table(f"{root}/customer_rfm/as_of={MONTH}/version={version}/part-0.parquet", filesystem=files)
    assert table.num_rows == 1000


class Breaking(ObjectStore):
    """Breaks after so many objects."""

    left = 0

    def _output(self, name: str):
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        return super()._output(name)


@pytest.mark.parametrize("objects", range(7))
def test_a_break_leaves_nothing_that_a_reader_would_take_for_whole(
    shop: Warehouse, tmp_path: Path, objects: int
) -> None:
    """Wherever it breaks: each manifest in the store has its files, each release all that it rests on."""
    address = f"file://{tmp_path / 'store'}"
    breaking = Mirror(address)
    breaking._store = Breaking(address)
    breaking._store.left = objects
    with pytest.raises(KeyboardInterrupt):
        breaking.push(shop, silent)
    stored = Warehouse(tmp_path / "store")
    assert verify(stored)[1] == []
    for folder in all_versions(stored):
        assert (folder / "part-0.parquet").exists()
    Mirror(address).push(shop, silent)
    assert verify(stored) == (3, [])


def damaged(store: Path, what: str) -> None:
    """Make one change to the store that its writer would not make."""
    folder = store / f"customer_rfm/as_of={MONTH}/version={'e' * 12}"
    manifest = (folder / MANIFEST).read_text()
    if what == "bytes":
        (folder / "part-0.parquet").write_bytes(b"other")
    elif what == "file gone":
        (folder / "part-0.parquet").unlink()
    elif what == "edited":
        (folder / MANIFEST).write_text(manifest.replace('"rows": 1000', '"rows": 1001', 1))
    elif what == "no json":
        (folder / MANIFEST).write_text("{")
    elif what == "moved":
        shutil.move(folder, folder.with_name(f"version={'d' * 12}"))


@pytest.mark.parametrize("what", ["bytes", "file gone", "edited", "no json", "moved"])
def test_what_is_not_as_published_is_named_and_not_restored(shop: Warehouse, tmp_path: Path, what: str) -> None:
    mirror = Mirror(f"file://{tmp_path / 'store'}")
    mirror.push(shop, silent)
    damaged(tmp_path / "store", what)
    again = Warehouse(tmp_path / "again")
    with pytest.raises(UserError, match="customer_rfm"):
        mirror.restore(again, silent)
    assert list((again.root / "customer_rfm").glob("**/version=*")) == []
    assert releases.current(again, "books", MONTH) is None


def test_a_newer_release_s_version_is_not_said_to_be_damaged(shop: Warehouse, tmp_path: Path) -> None:
    """Nobody must be told to remove it."""
    Mirror(f"file://{tmp_path / 'store'}").push(shop, silent)
    path = tmp_path / "store/customer_rfm" / f"as_of={MONTH}" / f"version={'e' * 12}" / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": MANIFEST_FORMAT + 1, "new": 1}))
    with pytest.raises(UserError, match=r"customer_rfm.* was written by a newer release"):
        Mirror(f"file://{tmp_path / 'store'}").restore(Warehouse(tmp_path / "again"), silent)


@pytest.mark.parametrize("name", ["../../../climbed", "/tmp/climbed", "a/../../climbed", "_manifest.json", ".hidden"])
def test_a_name_in_a_manifest_does_not_climb(tmp_path: Path, name: str) -> None:
    """Who may write to the store may write any manifest, with its seal."""
    store = Warehouse(tmp_path / "store")
    manifest = publish(store, "customer_rfm", "e" * 12, MONTH)
    entry = manifest.files.pop("part-0.parquet")
    manifest.files[name] = entry
    folder = store.place_of(manifest)
    shutil.copy(folder / "part-0.parquet", tmp_path / "climbed")
    text = asdict(manifest) | {"seal": seal(manifest)}
    write_whole(folder / MANIFEST, json.dumps(text))
    with pytest.raises(UserError, match="not as it was published"):
        Mirror(f"file://{store.root}").restore(Warehouse(tmp_path / "again"), silent)
    assert not [path for path in tmp_path.rglob("climbed") if path.parent != tmp_path]


def test_the_commands_say_what_they_did(shop: Warehouse, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(shop.root))
    monkeypatch.setenv("MIRROR", f"file://{tmp_path / 'store'}")
    assert commands.main(["mirror"]) == 0
    assert "3 versions brought" in capsys.readouterr().out
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "again"))
    assert commands.main(["restore"]) == 0
    assert "3 versions brought" in capsys.readouterr().out
    assert verify(Warehouse(tmp_path / "again")) == (3, [])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "words"),
    [
        (None, "MIRROR"),
        ("nowhere", "MIRROR"),
        ("ftp://host/x", "MIRROR"),
        ("s3://bucket/x?endpoint_override=127.0.0.1:1&scheme=http&region=x", "127.0.0.1:1"),
    ],
)
def test_an_address_that_leads_nowhere_is_a_sentence(tmp_path: Path, monkeypatch, capsys, address, words) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "its-secret")
    monkeypatch.delenv("MIRROR", raising=False)
    if address:
        monkeypatch.setenv("MIRROR", address)
    assert commands.main(["restore"]) == 1
    said = capsys.readouterr().out
    assert words in said
    assert "Traceback" not in said
    assert "its-secret" not in said


def test_an_empty_store_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing in"):
        Mirror(f"file://{tmp_path / 'store'}").restore(Warehouse(tmp_path / "again"), silent)


def test_a_wrong_key_is_a_sentence(shop: Warehouse, s3: str, monkeypatch) -> None:
    monkeypatch.setitem(os.environ, "AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(UserError, match="bucket"):
        Mirror(s3).push(shop, silent)


def test_one_shop_can_be_mirrored_alone(shop: Warehouse, tmp_path: Path) -> None:
    publish(shop, "customer_rfm", "7" * 12, MONTH, reviews="9" * 12)
    release(shop, MONTH, "games", customer_rfm="7" * 12)
    assert Mirror(f"file://{tmp_path / 'store'}").push(shop, silent, "games").versions == 3
    again = Warehouse(tmp_path / "again")
    Mirror(f"file://{tmp_path / 'store'}").restore(again, silent)
    assert releases.shops(again) == ["games"]
    assert verify(again) == (3, [])


def test_two_warehouses_that_went_on_apart_do_not_replace_each_other_s_releases(
    shop: Warehouse, tmp_path: Path
) -> None:
    mirror = Mirror(f"file://{tmp_path / 'store'}")
    mirror.push(shop, silent)
    other = Warehouse(tmp_path / "other")
    mirror.restore(other, silent)
    for warehouse, version in ((shop, "7" * 12), (other, "8" * 12)):
        publish(warehouse, "customer_rfm", version, MONTH, reviews="b" * 12)
        release(warehouse, MONTH, customer_rfm=version)
    mirror.push(shop, silent)
    with pytest.raises(UserError, match="another release than here"):
        mirror.push(other, silent)
    said: list[str] = []
    mirror.restore(other, said.append)
    assert "stays as it is here" in said[-1]
    assert releases.current(other, "books", MONTH).versions == {"customer_rfm": "8" * 12}


@pytest.mark.parametrize("change", ["edited", "another shop's", "leads to nothing"])
def test_a_release_of_the_store_that_is_not_right_is_not_restored(shop: Warehouse, tmp_path: Path, change: str) -> None:
    mirror = Mirror(f"file://{tmp_path / 'store'}")
    mirror.push(shop, silent)
    path = tmp_path / f"store/releases/books/as_of={MONTH}/1.json"
    if change == "edited":
        path.write_text(path.read_text().replace('"Books"', '"Games"'))
    elif change == "another shop's":
        (tmp_path / f"store/releases/games/as_of={MONTH}").mkdir(parents=True)
        path.rename(tmp_path / f"store/releases/games/as_of={MONTH}/1.json")
    else:
        shutil.rmtree(tmp_path / f"store/customer_rfm/as_of={MONTH}/version={'e' * 12}")
    again = Warehouse(tmp_path / "again")
    with pytest.raises(UserError):
        mirror.restore(again, silent)
    assert releases.shops(again) == []


SECRETS = ("AKIAEXAMPLE", "s3cr/et+w0rd", "s3cr%2Fet%2Bw0rd", "a-token")


@pytest.mark.slow
@pytest.mark.parametrize(
    "address",
    [
        "s3://AKIAEXAMPLE:s3cr/et+w0rd@bucket/folder?endpoint_override=127.0.0.1:1&session_token=a-token",
        # pragma: allowlist nextline secret
        "s3://AKIAEXAMPLE:s3cr%2Fet%2Bw0rd@bucket/folder?scheme=http&endpoint_override=127.0.0.1%3A1&region=x",
        "s3://AKIAEXAMPLE:s3cr/et+w0rd@bucket/fol der?no such option=a-token",
        "s4://AKIAEXAMPLE:s3cr/et+w0rd@bucket/folder",
        "s3:/AKIAEXAMPLE:s3cr/et+w0rd@bucket",
        "AKIAEXAMPLE:s3cr/et+w0rd@bucket",
    ],
)
@pytest.mark.parametrize("command", ["mirror", "restore"])
def test_a_key_in_an_address_is_shown_nowhere(shop: Warehouse, monkeypatch, capsys, address: str, command: str) -> None:
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(shop.root))
    monkeypatch.setenv("MIRROR", address)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert commands.main([command]) == 1
    said = "".join(capsys.readouterr())
    assert "Failed: " in said
    assert "bucket" in said
    assert not any(secret in said for secret in SECRETS)
    assert len(said) < 1500


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("s3://bucket/folder", "s3://bucket/folder"),
        ("s3://bucket/a@b", "s3://bucket/a@b"),
        ("s3://bucket/folder?region=x", "s3://bucket/folder"),
        ("s3://key:sec/ret@bucket/a", "s3://***@bucket/a"),
        ("file:///a/b@c", "file:///a/b@c"),
        ("/a/folder", "/a/folder"),
    ],
)
def test_an_address_is_shown_without_its_key(address: str, seen: str) -> None:
    assert shown(address) == seen
