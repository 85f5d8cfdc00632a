"""What versions rest on, where some of it may be gone: a walk that passes over holes and tells them, and an order of
removal that makes none.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from segmentation.warehouse.ancestry import input_of
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.versions import Warehouse


def walk(warehouse: Warehouse, roots: Iterable[Manifest]) -> tuple[dict[Path, Manifest], list[str]]:
    """The versions that `roots` rest on, themselves included, by folder; and a sentence for each input that is gone."""
    found: dict[Path, Manifest] = {}
    holes: list[str] = []
    todo = list(roots)
    while todo:
        one = todo.pop()
        place = warehouse.place_of(one)
        if place in found:
            continue
        found[place] = one
        for label, version in one.inputs.items():
            made_from = input_of(warehouse, one, label, version)
            if made_from is None:
                as_of = f" as of {one.as_of}" if one.as_of else ""
                holes.append(f"{one.dataset}{as_of} {one.version} was made from {label} {version}, which is gone.")
            else:
                todo.append(made_from)
    return found, holes


def outputs_first(warehouse: Warehouse, versions: Mapping[Path, Manifest]) -> list[Path]:
    """The folders of versions, each before those that it was made from.

    Who removes them in this order may be stopped at any moment: nothing is left whose inputs are gone.
    """
    inputs_first: list[Path] = []
    seen: set[Path] = set()

    def visit(folder: Path) -> None:
        if folder in seen or folder not in versions:
            return
        seen.add(folder)
        one = versions[folder]
        for label, version in one.inputs.items():
            made_from = input_of(warehouse, one, label, version)
            if made_from:
                visit(warehouse.place_of(made_from))
        inputs_first.append(folder)

    for folder in versions:
        visit(folder)
    return inputs_first[::-1]
