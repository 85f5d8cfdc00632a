"""Deliver to files in a folder or a bucket: the customers as Parquet, and the lists as the release has them.

    <address>/<shop>/as_of=YYYY-MM-DD/release=<number>/customers.parquet, lists/<list>.parquet, lists/<list>.csv
    <address>/<shop>/as_of=YYYY-MM-DD/release=<number>/manifest.json

The manifest comes last. Who finds it finds all the files that it names, with their sizes and sha256; what has none is
unfinished, and the next try writes it anew.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from segmentation.common.arrow_types import arrow_type
from segmentation.common.errors import Unavailable, UserError
from segmentation.common.quoting import cut
from segmentation.config.shops.targets import Target
from segmentation.running.deliver.what import COLUMNS, Delivery
from segmentation.running.orchestration.connections import find_connection, find_store
from segmentation.sources.stores import Stores
from segmentation.warehouse.addresses import without_secrets
from segmentation.warehouse.object_store import open_output, pour

MANIFEST = "manifest.json"


def deliver(delivery: Delivery, target: Target) -> bool:
    """Write a release's files, the manifest last; whether there was anything to do.

    Raises UserError where the address leads nowhere or may not be written, Unavailable where a retry may help.
    """
    release = delivery.release
    with _in_words(target):
        files, root = _store(target)
        folder = f"{root.rstrip('/')}/{release.shop}/as_of={release.as_of}/release={release.number}"
        if _stands(files, f"{folder}/{MANIFEST}", delivery):
            return False
        written = {"customers.parquet": _customers(files, f"{folder}/customers.parquet", delivery)}
        lists = delivery.manifest("exports")
        if lists:
            place = delivery.warehouse.place_of(lists)
            written |= {f"lists/{name}": _copy(files, f"{folder}/lists/{name}", place / name) for name in lists.files}
        content = {
            "shop": release.shop, "as_of": release.as_of, "release_number": release.number, "delivery": delivery.id,
            "customers": delivery.rows, "files": written,
        }  # fmt: skip
        _put(files, f"{folder}/{MANIFEST}", json.dumps(content, indent=2).encode())
    return True


def _store(target: Target) -> tuple[fs.FileSystem, str]:
    """The file system of an address and the folder in it: by the environment, or by an Airflow connection."""
    scheme, _, rest = target.place.partition("://")
    if not target.connection:
        found, root = fs.FileSystem.from_uri(target.place)
        return found, str(root)
    if not rest:
        raise UserError("a folder of this machine needs no connection.")
    given = Stores("files", find_connection, find_store).at(scheme, target.connection)
    return fs.PyFileSystem(fs.FSSpecHandler(given)), rest


def _stands(files: fs.FileSystem, path: str, delivery: Delivery) -> bool:
    if files.get_file_info(path).type != fs.FileType.File:
        return False
    with files.open_input_stream(path) as file:
        try:
            return bool(json.loads(file.read())["delivery"] == delivery.id)
        except (ValueError, KeyError, TypeError):
            return False


def _customers(files: fs.FileSystem, path: str, delivery: Delivery) -> dict[str, Any]:
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in COLUMNS.items()])
    rows = 0
    with open_output(files, path) as file, pq.ParquetWriter(file, schema) as writer:
        for batch in delivery.batches():
            writer.write_batch(batch)
            rows += batch.num_rows
    if rows != delivery.rows:
        raise UserError(f"{rows:,} rows were read where the release has {delivery.rows:,} customers.")
    with files.open_input_stream(path) as found:
        return pour(found) | {"rows": rows}


def _copy(files: fs.FileSystem, path: str, place: Path) -> dict[str, Any]:
    with open(place, "rb") as source, open_output(files, path) as file:
        return pour(source, file)


def _put(files: fs.FileSystem, path: str, content: bytes) -> None:
    """Write a small file that appears whole. In a bucket every object does; on a disk a name does."""
    on_disk = isinstance(files, fs.LocalFileSystem)
    with open_output(files, f"{path}.part" if on_disk else path) as file:
        file.write(content)
    if on_disk:
        files.move(f"{path}.part", path)


@contextmanager
def _in_words(target: Target) -> Iterator[None]:
    what = f"deliver: {target.words}"
    try:
        yield
    except UserError as error:
        raise UserError(f"{what}: {str(error).removeprefix('Param ')}") from None
    except (ValueError, TypeError) as error:
        raise UserError(f"{what}: {cut(without_secrets(error, target.place))}") from None
    except OSError as error:
        said = cut(without_secrets(error, target.place), 400)
        forbidden = isinstance(error, (PermissionError, FileNotFoundError, NotADirectoryError))
        never = forbidden or any(word in said for word in ("ACCESS_DENIED", "NO_SUCH_BUCKET", "403", "404"))
        raise (UserError if never else Unavailable)(f"{what}: the store says: {said}") from None
    except Exception as error:
        # The errors of a store's own library where it does not answer; their words name the host.
        if type(error).__module__.partition(".")[0] not in ("botocore", "aiobotocore", "aiohttp"):
            raise
        raise Unavailable(f"{what}: the store does not answer ({type(error).__name__}).") from None
