"""Orders and reviews at addresses: in a stand-in for S3 and on a web server, with what goes wrong there."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from stores import CONNECTION, SECRET, Bucket, web

from segmentation import sources
from segmentation.common.errors import Unavailable, UserError
from segmentation.config.allowed import ADDRESSES, FILES_ROOT
from segmentation.config.settings import parse
from segmentation.config.shops.names import derived_name
from segmentation.sources import addresses
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse

MAPPING = {"customer": "Who", "time": "When", "amount": "Sum"}
JUNE, JULY = b"Who,When,Sum\nann,2023-06-01,5\n", b"Who,When,Sum\nbob,2023-07-01,7\n"
BUCKET = f"s3://{CONNECTION}@bucket"


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Bucket]:
    made = Bucket(tmp_path)
    made.put("exports/orders-2023-06.csv", JUNE)
    made.put("exports/orders-2023-07.csv", JULY)
    made.put("exports/_SUCCESS", b"")
    made.put("exports/readme.md", b"no orders")
    made.put("exports/other/orders.csv", b"none of ours")
    made.start()
    yield made
    made.stop()


def fetch(
    warehouse: Warehouse, files: str, bucket: Bucket | None = None, said: list[str] | None = None, **params: object
) -> Manifest:
    given = {"source": "orders", "orders_mapping": json.dumps(MAPPING), "files_path": files, "as_of": "2023-08-01"}
    settings = parse({**given, **params})
    report = (said if said is not None else []).append

    def find(name: str) -> object:
        if bucket is None or name != CONNECTION:
            raise UserError(f"Param connection: there is no Airflow connection {name!r}.")
        return bucket.connection()

    return sources.fetch(settings, warehouse, "run", report, find_connection=find, as_of=settings.as_of)


def brought(warehouse: Warehouse, manifest: Manifest) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sources.raw_files(warehouse, manifest.version)["orders"]}


def once(bucket: Bucket) -> str:
    """The extra of a connection that does not try again by itself."""
    tries = {"retries": {"max_attempts": 0}, "connect_timeout": 1}
    return json.dumps({"endpoint_url": f"http://127.0.0.1:{bucket.port}", "config_kwargs": tries})


def downloads(said: list[str]) -> int:
    return sum(line.startswith("downloading") for line in said)


# Which files
@pytest.mark.parametrize(
    ("files", "names"),
    [
        ("exports/orders-2023-06.csv", ["orders-2023-06.csv"]),
        ("exports/orders-*.csv", ["orders-2023-06.csv", "orders-2023-07.csv"]),
        ("exports/", ["orders-2023-06.csv", "orders-2023-07.csv"]),
        ("exports", ["orders-2023-06.csv", "orders-2023-07.csv"]),
        ("exports/orders-{as_of:%Y}-07.csv", ["orders-2023-07.csv"]),
    ],
)
def test_a_file_a_folder_a_pattern_and_a_drop(
    bucket: Bucket, warehouse: Warehouse, files: str, names: list[str]
) -> None:
    found = brought(warehouse, fetch(warehouse, f"{BUCKET}/{files}", bucket))
    assert found == {name: {"6": JUNE, "7": JULY}[name[-5]] for name in names}


def test_equal_bytes_are_one_version_wherever_they_lie(bucket: Bucket, warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "orders-2023-06.csv").write_bytes(JUNE)
    here = fetch(warehouse, str(tmp_path / "orders-2023-06.csv"))
    assert fetch(warehouse, f"{BUCKET}/exports/orders-2023-06.csv", bucket) == here


def test_folders_that_name_a_column_and_packed_files(bucket: Bucket, warehouse: Warehouse) -> None:
    bucket.put("by/day=2023-06-01/part.csv.gz", gzip.compress(b"Who,Sum\nann,5\n"))
    mapping = json.dumps({**MAPPING, "time": "day"})
    manifest = fetch(warehouse, f"{BUCKET}/by", bucket, orders_mapping=mapping)
    assert brought(warehouse, manifest) == {"part.csv": b"Who,Sum\nann,5\n"}
    assert manifest.settings["files"]["part.csv"]["folder"] == {"day": "2023-06-01"}


def test_the_mapping_may_lie_there_too(bucket: Bucket, warehouse: Warehouse) -> None:
    bucket.put("mapping.yaml", json.dumps(MAPPING).encode())
    files = f"{BUCKET}/exports/orders-2023-06.csv"
    there = fetch(warehouse, files, bucket, orders_mapping=f"{BUCKET}/mapping.yaml")
    assert there == fetch(warehouse, files, bucket)


def test_reviews_lie_there_as_on_the_hub(bucket: Bucket, warehouse: Warehouse) -> None:
    bucket.put("hub/raw/review_categories/Electronics.jsonl.gz", gzip.compress(b'{"a": 1}\n'))
    bucket.put("hub/raw/meta_categories/meta_Electronics.jsonl", b'{"b": 1}\n')
    folder = fetch(warehouse, f"{BUCKET}/hub", bucket, source="files")
    assert {name: entry["bytes"] for name, entry in folder.files.items()} == {
        "raw/meta_categories/meta_Electronics.jsonl": 9, "raw/review_categories/Electronics.jsonl": 9,
    }  # fmt: skip
    names = "raw/review_categories/Electronics.jsonl.gz", "raw/meta_categories/meta_Electronics.jsonl"
    assert fetch(warehouse, ",".join(f"{BUCKET}/hub/{name}" for name in names), bucket, source="files") == folder


# What is not downloaded twice
def test_what_has_not_changed_is_not_downloaded_again(bucket: Bucket, warehouse: Warehouse) -> None:
    said: list[str] = []
    first = fetch(warehouse, f"{BUCKET}/exports/*.csv", bucket, said)
    assert downloads(said) == 2
    bucket.put("exports/orders-2023-08.csv", JULY.replace(b"bob", b"cay"))
    bucket.put("exports/orders-2023-06.csv", JUNE.replace(b"ann", b"eve"))
    second = fetch(warehouse, f"{BUCKET}/exports/*.csv", bucket, said)
    assert downloads(said) == 4
    assert brought(warehouse, second) | brought(warehouse, first) != brought(warehouse, second)
    assert fetch(warehouse, f"{BUCKET}/exports/*.csv", bucket, said) == second and downloads(said) == 4


def test_a_download_goes_on_where_it_broke_off(bucket: Bucket, warehouse: Warehouse, monkeypatch) -> None:
    content = b"Who,When,Sum\n" + b"ann,2023-06-01,5\n" * 100_000
    bucket.put("large.csv", content)
    monkeypatch.setattr(addresses, "BLOCK", 1 << 18)
    said: list[str] = []

    def breaks(line: str) -> None:
        said.append(line)
        if "so far" in line:
            bucket.stop()

    monkeypatch.setattr(addresses, "SAYS_EVERY", 0)
    settings = parse({"source": "orders", "orders_mapping": json.dumps(MAPPING), "files_path": f"{BUCKET}/large.csv"})
    connection = bucket.connection(extra=once(bucket))
    with pytest.raises(Unavailable, match=r"bucket/large\.csv cannot be read for now"):
        sources.fetch(settings, warehouse, "run", breaks, find_connection=lambda _: connection)
    assert not list(warehouse.root.rglob("version=*"))
    bucket.start()
    said.clear()
    assert brought(warehouse, fetch(warehouse, f"{BUCKET}/large.csv", bucket, said)) == {"large.csv": content}
    assert any(line.startswith("it goes on after ") for line in said)


# What is told
@pytest.mark.parametrize(
    ("files", "words"),
    [
        (f"{BUCKET}/nothing.csv", "there is nothing at s3://exports@bucket/nothing.csv"),
        (f"{BUCKET}/nothing*.csv", "there is no file at s3://exports@bucket/nothing*.csv; expected .csv"),
        (f"{BUCKET}/exports/readme.md", "readme.md is of no kind that can be read"),
        ("s3://nobody@bucket/a.csv", "there is no Airflow connection 'nobody'"),
        ("s3://", "'s3://' is no address such as"),
        ("memory://a.csv", "'memory://' is not allowed. Allowed: s3, gs, abfs, https."),
        ("file:///etc/passwd", "'file://' is not allowed"),
        ("gs://bucket/a.csv", "'gs://' needs the package apache-airflow-providers-google"),
        (f"{BUCKET}/exports/../secret.csv", "climbs, which no address may"),
        ("http://example.com/a.csv", "would come unprotected. Allowed: https"),
        ("https://example.com/*.csv", "a web server lists no files"),
    ],
)
def test_what_is_wrong_is_named(bucket: Bucket, warehouse: Warehouse, files: str, words: str) -> None:
    with pytest.raises(UserError) as refused:
        fetch(warehouse, files, bucket)
    assert words in str(refused.value) and SECRET not in str(refused.value)


def test_a_wrong_key_and_a_store_that_is_gone(bucket: Bucket, warehouse: Warehouse) -> None:
    given = {"source": "orders", "orders_mapping": json.dumps(MAPPING), "files_path": f"{BUCKET}/exports/"}

    def told(**words: str) -> str:
        connection = bucket.connection(extra=once(bucket), **words)
        with pytest.raises((UserError, Unavailable)) as fault:
            sources.fetch(parse(given), warehouse, "run", print, find_connection=lambda _: connection)
        assert SECRET not in str(fault.value)
        return f"{type(fault.value).__name__}: {fault.value}"

    assert told(login="nobody") == (
        "UserError: Param files_path: s3://exports@bucket/exports/ may not be read with the connection that it names."
    )
    bucket.stop()
    assert told().startswith("Unavailable: s3://exports@bucket/exports/ cannot be read for now (")


# A web server
def test_a_file_of_a_web_server_is_kept_by_its_tag(warehouse: Warehouse, monkeypatch) -> None:
    said: list[str] = []
    answers = {"/orders.csv": (200, {"ETag": '"1"'}, JUNE)}
    with web(answers) as (address, _):
        monkeypatch.setenv(ADDRESSES, f"{address}/")
        first = fetch(warehouse, f"{address}/orders.csv", said=said)
        assert brought(warehouse, first) == {"orders.csv": JUNE}
        assert fetch(warehouse, f"{address}/orders.csv", said=said) == first and downloads(said) == 1
        answers["/orders.csv"] = (200, {"ETag": '"2"'}, JULY)
        assert brought(warehouse, fetch(warehouse, f"{address}/orders.csv", said=said)) == {"orders.csv": JULY}
        answers["/broken.csv"] = (503, {}, b"")
        with pytest.raises(Unavailable, match="cannot be read for now"):
            fetch(warehouse, f"{address}/broken.csv")
        with pytest.raises(UserError, match="there is nothing at"):
            fetch(warehouse, f"{address}/nothing.csv")


def test_no_address_leads_into_the_inner_network(warehouse: Warehouse, monkeypatch) -> None:
    with web({"/orders.csv": (200, {}, JUNE)}) as (address, asked):
        https = address.replace("http:", "https:")
        for inner in (https, https.replace("127.0.0.1", "localhost"), "https://169.254.169.254", "https://[::1]"):
            with pytest.raises(UserError, match="leads into the inner network"):
                fetch(warehouse, f"{inner}/orders.csv")
        assert not asked


def test_a_redirect_into_the_inner_network_is_not_followed(warehouse: Warehouse, monkeypatch) -> None:
    with web({"/orders.csv": (200, {}, JUNE)}) as (inner, asked):
        # Another address of this machine, which nobody has named.
        target = inner.replace("127.0.0.1", "127.0.0.2")
        with web({"/orders.csv": (302, {"Location": f"{target}/orders.csv"}, b"")}) as (outer, _):
            monkeypatch.setenv(ADDRESSES, f"{outer}/")
            with pytest.raises(UserError, match="leads into the inner network"):
                fetch(warehouse, f"{outer}/orders.csv")
        assert not asked


# Where files may come from
@pytest.mark.parametrize(
    ("named", "files", "is_taken"),
    [
        ("", f"{BUCKET}/exports/orders-2023-06.csv", False),
        (f"{BUCKET}/exports", f"{BUCKET}/exports/orders-2023-06.csv", True),
        (f"{BUCKET}/exports/", f"{BUCKET}/exports/*-06.csv", True),
        (f"{BUCKET}/exp", f"{BUCKET}/exports/orders-2023-06.csv", False),
        (f"{BUCKET}/exports", f"{BUCKET}/*/orders-2023-06.csv", False),
        ("s3://bucket/exports", f"{BUCKET}/exports/orders-2023-06.csv", False),
        (f"s3://a@b/ {BUCKET}/exports", f"{BUCKET}/exports/orders-{{as_of:%Y}}-06.csv", True),
    ],
)
def test_addresses_are_confined_with_the_files(
    bucket: Bucket, warehouse: Warehouse, tmp_path: Path, monkeypatch, named: str, files: str, is_taken: bool
) -> None:
    monkeypatch.setenv(FILES_ROOT, str(tmp_path))
    monkeypatch.setenv(ADDRESSES, named)
    if is_taken:
        assert brought(warehouse, fetch(warehouse, files, bucket)) == {"orders-2023-06.csv": JUNE}
        return
    with pytest.raises(UserError, match=f"is none of the addresses that files are taken from \\({ADDRESSES}\\)"):
        fetch(warehouse, files, bucket)


def test_the_shop_of_an_address_is_called_by_what_does_not_change() -> None:
    assert derived_name("orders", "Electronics", f"{BUCKET}/exports/tea-{{as_of:%Y-%m}}.csv") == "tea"
    assert derived_name("orders", "Electronics", f"{BUCKET}/tea_shop/{{as_of:%Y}}/*.csv") == "tea_shop"
    assert derived_name("orders", "Electronics", "https://example.com/tea.csv?signature=abc") == "tea"
