"""`make preview`: what a run would make of order files, without Airflow and Spark, and a mapping to begin with."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segmentation.common.children import Stopped, stops_raise
from segmentation.common.errors import Unavailable, UserError
from segmentation.common.paths import warehouse_root
from segmentation.common.quoting import cut, quoted
from segmentation.common.terminal import bold, clock, red
from segmentation.config import settings
from segmentation.config.kinds import DATABASE, FILES, is_of_orders
from segmentation.config.user_input import Unreadable, path_of
from segmentation.warehouse.machine_failures import in_words

# Where a proposed mapping is kept: SAVE=path.yaml.
SAVE = "SAVE"


def preview(params: Mapping[str, Any], save: str | None = None) -> int:
    """Show what a run with these params would make of its order files. `save`: where to keep a proposed mapping.

    Returns the exit code: 0, 1 failed, 2 refused, or where something has to be chosen first; 130 or 143 stopped.
    """
    try:
        with stops_raise(), in_words(warehouse_root()):
            return _preview(dict(params), save)
    except Stopped as stopped:
        print(red("Stopped."))
        return stopped.code
    except UserError as error:
        print(red("Refused: ") + str(error))
        return 2
    except Unavailable as error:
        print(red("Failed: ") + str(error))
        return 1


def _preview(params: dict[str, Any], save: str | None) -> int:
    params.setdefault("source", DATABASE if params.get("connection") else FILES)
    if not is_of_orders(params["source"]):
        raise UserError(f"Param source is {quoted(params['source'])}; make preview is for orders. Leave SOURCE out.")
    if params.get("orders_mapping"):
        if save is not None:
            raise UserError(
                f"{SAVE} keeps a proposed mapping, and ORDERS_MAPPING gives one already. Leave one of them out."
            )
        return _show(settings.parse(params))
    # Everything else is checked before the files are looked at.
    checked = settings.parse({**params, "orders_mapping": "{}"})
    target = _new_file(save) if save is not None else None
    return _propose(checked, params, target)


def _show(checked: settings.Settings, is_proposed: bool = False) -> int:
    from segmentation.running.local.elsewhere import Elsewhere
    from segmentation.sources.preview.page import lines_of
    from segmentation.sources.preview.previewing import preview_of
    from segmentation.sources.preview.texts import page_width

    read = [0]
    with (
        tempfile.TemporaryDirectory(prefix="segmentation-preview-") as folder,
        clock(lambda: f"reading {cut(checked.named_by, 40)}: {read[0]:,} lines"),
    ):
        look = Elsewhere(checked, Path(folder), print).look
        found = preview_of(checked, Path(folder), print, lambda lines: read.__setitem__(0, lines), is_proposed, look)
    for line in lines_of(found, page_width()):
        print(line)
    return 0


def _propose(checked: settings.Settings, params: dict[str, Any], target: Path | None) -> int:
    from segmentation.running.local.elsewhere import Elsewhere
    from segmentation.sources.order_files import is_empty
    from segmentation.sources.preview.proposal import CHOOSE, propose
    from segmentation.sources.preview.sample import sample_of
    from segmentation.sources.preview.texts import page_width, wrapped

    with tempfile.TemporaryDirectory(prefix="segmentation-preview-") as folder, clock("looking at the orders"):
        given = Elsewhere(checked, Path(folder), print).files()
        files = [file for file in given if not is_empty(file)]
        if not files:
            raise UserError(f"Param files_path: {cut(given[0].shown)} is empty, and there is no other file.")
        proposal = propose(sample_of(files))
    width, text = page_width(), proposal.text()
    print(bold("A mapping to begin with"))
    for line in text.splitlines():
        print("\n".join(wrapped(line, width, "  #   ", "  ")) if line.startswith("#") else f"  {cut(line, 1_000)}")
    print()
    if target:
        _save(target, text)
        print(f"Saved as {cut(target)}. Use it: make preview FILES=... ORDERS_MAPPING={cut(target)}\n")
    if proposal.open:
        for key, choice in proposal.open.items():
            print("\n".join(wrapped(f"{key}: {choice}", width, "    ", "  - ")))
        where = f"in {cut(target)}" if target else "in the file, once it is saved with SAVE=mapping.yaml"
        raise UserError(
            f"the files do not settle {', '.join(proposal.open)}. Write what is right instead of {CHOOSE} {where}, and "
            "give it as ORDERS_MAPPING."
        )
    return _show(settings.parse({**params, "orders_mapping": text}), is_proposed=True)


def _new_file(save: str) -> Path:
    """The file to save to, which must not be there yet."""
    try:
        path = path_of(save)
    except Unreadable as error:
        raise UserError(f"{SAVE}: {error}.") from None
    if path.suffix not in (".yaml", ".yml"):
        raise UserError(f"{SAVE} is {quoted(save)}; expected a file that ends with .yaml.")
    if path.exists() or path.is_symlink():
        raise UserError(f"{SAVE}: {cut(path)} is there already, and is not overwritten. Give another name.")
    if not path.parent.is_dir():
        raise UserError(f"{SAVE}: there is no folder {cut(path.parent)}.")
    return path


def _save(target: Path, text: str) -> None:
    try:
        with open(target, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UserError(f"{SAVE}: {cut(target)} is there already, and is not overwritten. Give another name.") from None
    except OSError as error:
        raise UserError(f"{SAVE}: {cut(target)} cannot be written: {error.strerror}.") from None
