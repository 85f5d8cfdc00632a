"""Write a shop's file: for a category of Amazon Reviews 2023, for own orders, or for a demo."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.paths import PROJECT, shops_folder
from segmentation.config.kinds import is_address
from segmentation.config.settings import parse
from segmentation.config.shops.files import ENDINGS, MONTHLY, Wrong, check_file, has_file, json_value
from segmentation.config.user_input import file_named
from segmentation.warehouse.releases import check_name, create_file

SCHEMA = PROJECT / "docs/reference/schemas/shop.schema.json"
# The first line is for editors that know YAML: they complete and check what stands below it.
ABOUT = """# yaml-language-server: $schema={schema}
# A shop: what its monthly runs read, and how. Its DAG is customer_segmentation_{name}.
# The params are those of `make run`; docs/how-to/shops.md says what else may stand here.
"""


@dataclass(frozen=True)
class NewShop:
    """What a new file says. Empty texts and None are left out, so that the usual values stand."""

    name: str
    params: dict[str, Any]
    title: str = ""
    schedule: str = MONTHLY
    start: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()


def write(shop: NewShop) -> Path:
    """Write a shop's file and return its place.

    Raises UserError if there is one of that name, or if it would be wrong: then nothing is written.
    """
    import yaml

    check_name(shop.name, "NAME")
    folder = shops_folder()
    if has_file(shop.name):
        there = next(
            folder / f"{shop.name}{ending}" for ending in ENDINGS if (folder / f"{shop.name}{ending}").exists()
        )
        raise UserError(
            f"NAME: the shop {shop.name} is there already, as {there}. Change that file, or take another name."
        )
    content: dict[str, Any] = {"title": shop.title, "schedule": shop.schedule}
    content |= {"start": shop.start, "owner": shop.owner, "tags": list(shop.tags)}
    content = {key: value for key, value in content.items() if value}
    params = with_source(shop.params)
    checked = parse(params)
    content["params"] = {name: json_value(getattr(checked, name)) for name in params}
    schema = os.path.relpath(SCHEMA, folder)
    text = ABOUT.format(name=shop.name, schema=schema) + yaml.safe_dump(
        content, sort_keys=False, allow_unicode=True, width=120
    )
    text = _as_dates(text, shop.start)
    path = folder / f"{shop.name}{ENDINGS[0]}"
    found = check_file(path, text.encode())
    if isinstance(found, Wrong):
        raise UserError(found.problem)
    folder.mkdir(parents=True, exist_ok=True)
    if not create_file(path, text):
        raise UserError(f"NAME: the shop {shop.name} is there already, as {path}.")
    return path


def with_source(params: dict[str, Any]) -> dict[str, Any]:
    """The params with the source that follows from what is given, and paths that hold wherever a run is started."""
    found = dict(params)
    if "source" not in found:
        orders = "orders_mapping" in found
        found["source"] = (
            "database"
            if "connection" in found
            else "orders"
            if orders
            else "files"
            if "files_path" in found
            else "huggingface"
        )
    if found.get("files_path"):
        parts = str(found["files_path"]).split(",") if found["source"] == "files" else [str(found["files_path"])]
        found["files_path"] = ",".join(map(_absolute, parts))
    if found.get("orders_mapping") and file_named(str(found["orders_mapping"])):
        found["orders_mapping"] = _absolute(str(found["orders_mapping"]))
    if found.get("segment_map") and file_named(str(found["segment_map"])):
        found["segment_map"] = _absolute(str(found["segment_map"]))
    return {"source": found.pop("source"), **found}


def _absolute(path: str) -> str:
    if is_address(path):
        return path.strip()
    return os.path.abspath(os.path.expanduser(path.strip()))


def _as_dates(text: str, start: str) -> str:
    """YAML quotes a text that looks like a date; a date is meant."""
    return text.replace(f"start: '{start}'", f"start: {start}") if start else text
