"""From the layout of release 0.1, in which a file LATEST beside each dataset named a version, to releases.

The first command that meets such a warehouse converts it: the reports that 0.1 listed, one for each category and as-of
date, become release 1 of their shops, and the files LATEST go. No data is touched. Killed in between, the next command
goes on: what is released already is found, and the files LATEST that say there is work go last.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from segmentation.common.errors import UserError
from segmentation.config.shops.names import derived_name, derived_title
from segmentation.warehouse import releases
from segmentation.warehouse.ancestry import dataset_of, input_of
from segmentation.warehouse.locks import locked
from segmentation.warehouse.manifests import MANIFEST, VERSION, Manifest, is_well_formed
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse, say

LATEST = "LATEST"
NOTE = "converted from the layout of release 0.1"
_current: set[Path] = set()


def open_warehouse(root: Path, report: Callable[[str], None] = say) -> Warehouse:
    """The warehouse at `root`, converted if it has the layout of release 0.1."""
    warehouse = Warehouse(root)
    # No program of this release makes a warehouse old, so one look is enough.
    if root not in _current:
        if is_old(root):
            convert(warehouse, report)
        _current.add(root)
    return warehouse


def is_old(root: Path) -> bool:
    """Whether a warehouse has the layout of release 0.1. Its runs set LATEST of the source first."""
    return (root / "source" / LATEST).exists() or any(root.glob(f"report/as_of=*/{LATEST}"))


def convert(warehouse: Warehouse, report: Callable[[str], None] = say) -> list[Release]:
    """Write the releases that follow from the files LATEST, then remove those files; returns the releases.

    Raises UserError if the warehouse may not be written.
    """
    folder = warehouse.root / releases.RELEASES
    try:
        folder.mkdir(exist_ok=True)
        with locked(folder / ".upgrade.lock", lambda holder: report(f"The warehouse is being converted by {holder}.")):
            if not is_old(warehouse.root):
                return []
            made = list(_releases(warehouse, latest_reports(warehouse.root), report))
            for path in _files(warehouse.root):
                path.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"{warehouse.root} has the layout of release 0.1 and cannot be converted: {error.strerror}. `make upgrade` "
            "converts it, run by a user who may write there."
        ) from None
    report(
        f"{warehouse.root} had the layout of release 0.1. Its {len(made)} months are releases of "
        f"{len({one.shop for one in made})} shops now: {', '.join(sorted({one.shop for one in made})) or 'none'}. "
        "The files LATEST are gone, no data was touched."
    )
    return made


def latest_reports(root: Path) -> dict[date, str]:
    """The version of the report that LATEST names, by as-of date."""
    found = {}
    for path in root.glob(f"report/as_of=*/{LATEST}"):
        day, version = path.parent.name.removeprefix("as_of="), path.read_text(encoding="utf-8", errors="replace")
        if VERSION.fullmatch(version.strip()):
            found[date.fromisoformat(day)] = version.strip()
    return found


def release_reports(
    warehouse: Warehouse, latest: dict[date, str], report: Callable[[str], None] = say
) -> list[Release]:
    """Write a release for each shop and month of the reports in a warehouse, where there is none yet."""
    return list(_releases(warehouse, latest, report))


def _releases(warehouse: Warehouse, latest: dict[date, str], report: Callable[[str], None]) -> Iterator[Release]:
    for folder in sorted((warehouse.root / "report").glob("as_of=*")):
        try:
            as_of = date.fromisoformat(folder.name.removeprefix("as_of="))
        except ValueError:
            continue
        for draft in _of_month(warehouse, as_of, latest.get(as_of, ""), report):
            standing = releases.numbers(warehouse, draft.shop, as_of)
            if standing:  # of a conversion that was killed; what came later is right already
                found = releases.find(warehouse, draft.shop, as_of, standing[0])
                if found and found.note == NOTE:
                    yield found
                continue
            yield releases.create(warehouse, draft)


def _of_month(warehouse: Warehouse, as_of: date, latest: str, report: Callable[[str], None]) -> list[Release]:
    """A draft for each shop: the report of LATEST, else the one made last, as the pages of 0.1 chose."""
    found = []
    for path in sorted(warehouse.home("report", as_of).glob(f"version=*/{MANIFEST}")):
        version = path.parent.name.removeprefix("version=")
        try:
            one = warehouse.get("report", version, as_of)
            if not is_well_formed(one):
                raise UserError(f"{path} is not a manifest.")
            draft = _draft(warehouse, one)
            # A list needs its figures, and a release has to lead to what is there.
            releases.manifests(warehouse, draft)
        except UserError as error:
            report(f"The report {version} as of {as_of} is left out of the releases: {error}")
            continue
        found.append((version == latest, one.created_at, version, draft))
    chosen = {draft.shop: draft for *_, draft in sorted(found, key=lambda each: each[:3])}
    return list(chosen.values())


def _draft(warehouse: Warehouse, one: Manifest) -> Release:
    from segmentation.warehouse.releasing import figures_of

    below = {one.dataset: one, **_below(warehouse, one)}
    source = below.get("source")
    if source is None:
        raise UserError("its source is gone.")
    kind, category = str(source.settings.get("source", "")), str(one.settings.get("category") or "unknown")
    files = next(iter(source.settings.get("files") or {}), None) if kind == "orders" else None
    settings: dict[str, Any] = {key: value for key, value in one.settings.items() if key != "segment_map"}
    shop = derived_name(kind, category, files)
    return Release(
        shop=shop if releases.is_name(shop) else "unknown",
        title=derived_title(kind, category, files),
        as_of=one.as_of or "",
        number=0,
        versions={name: below[name].version for name in sorted(below)},
        run_id=one.run_id,
        dag_id="",
        params=settings,
        released_at=one.created_at,
        figures=figures_of(warehouse, below),
        note=NOTE,
    )


def _below(warehouse: Warehouse, top: Manifest) -> dict[str, Manifest]:
    """What a version was made from, of the same run: not the month before, nor the edges of another."""
    found: dict[str, Manifest] = {}
    todo = [top]
    while todo:
        one = todo.pop()
        for label, version in one.inputs.items():
            if dataset_of(label) != label or label in found:
                continue
            below = input_of(warehouse, one, label, version)
            if below is None:
                raise UserError(f"{one.dataset} {one.version} was made from {label} {version}, which is gone.")
            found[label] = below
            todo.append(below)
    return found


def _files(root: Path) -> list[Path]:
    """Every LATEST, and what was left of writing one; those that say that there is work come last."""
    paths = [*root.glob(f"*/{LATEST}"), *root.glob(f"*/as_of=*/{LATEST}")]
    paths += [*root.glob(f"*/.{LATEST}.*"), *root.glob(f"*/as_of=*/.{LATEST}.*")]
    paths += [*root.glob(f"*/_attempts/{LATEST}.lock"), *root.glob(f"*/as_of=*/_attempts/{LATEST}.lock")]
    return sorted(paths, key=lambda path: (path.relative_to(root).parts[0] in ("report", "source"), path))
