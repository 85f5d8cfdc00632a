"""The end of a run: its versions become its shop's next release. And its beginning: a note of what it will make."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted
from segmentation.config.kinds import DATABASE, is_address
from segmentation.config.settings import FIELDS, Settings
from segmentation.config.shops.files import title_in_file
from segmentation.config.shops.names import derived_name, derived_title
from segmentation.planning.datasets import STAGES, dataset
from segmentation.planning.earlier import LABELS, dataset_of
from segmentation.planning.plan import Plan, months_before
from segmentation.warehouse import releases, runs
from segmentation.warehouse.manifests import Manifest
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.rows import rows_of
from segmentation.warehouse.versions import Warehouse
from segmentation.warehouse.words import currency_of


def shop_of(settings: Settings) -> str:
    """The shop of a run: the one it names, else the one that follows from its source."""
    return settings.shop or derived_name(settings.source, settings.category, settings.named_by)


def title_of(settings: Settings) -> str:
    """What people read for the shop of a run: what its file says, else what follows from its source or name."""
    written = title_in_file(shop_of(settings))
    if written:
        return written
    derived = derived_name(settings.source, settings.category, settings.named_by)
    if shop_of(settings) != derived:
        return shop_of(settings)
    return derived_title(settings.source, settings.category, settings.named_by)


def check_shop(warehouse: Warehouse, settings: Settings) -> None:
    """Refuse a name that nobody has given and that stands for something else already.

    Raises UserError naming both. Two files of one name, or a category and its made-up demo, would else replace each
    other's months.
    """
    if settings.shop:
        return
    name, asked = shop_of(settings), _origin(params_of(settings))
    standing = releases.newest(warehouse, name)
    held = _origin(standing.params) if standing else None
    if held and asked != held:
        raise UserError(
            f"Param shop: it is empty, and {name!r}, which follows from the source, is the shop of {held}; this run is "
            f"of {asked}. Give shop another name, or {name!r} itself if it is the same shop."
        )


def _origin(params: dict[str, Any]) -> str | None:
    """What a run is of, in words: equal for runs of one shop. None where that is not known."""
    if params.get("source") == "orders":
        path = params.get("files_path")
        whole = path if is_address(path) else os.path.abspath(os.path.expanduser(path or ""))
        return f"orders of {whole}" if path else None
    if params.get("source") == DATABASE:
        what = f"the table {params.get('table')}" if params.get("table") else f"the query {quoted(params.get('query'))}"
        return f"{what} of the connection {params.get('connection')}"
    if "category" not in params:
        return None
    return f"{'generated demo data of ' if params.get('source') == 'demo' else ''}{params['category']}"


def params_of(settings: Settings) -> dict[str, Any]:
    """The params of a run as JSON can hold them."""
    return {name: _plain(getattr(settings, name)) for name in FIELDS}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, (bool, int, str)) or value is None else str(value)


def versions_of(plan: Plan) -> dict[str, str]:
    """The version of every dataset of a run, in the order in which they are made."""
    return {name: plan.version(name) for stage in STAGES for name in plan.datasets(stage)}


def draft_of(plan: Plan, run_id: str, dag_id: str, figures: dict[str, Any] | None = None) -> Release:
    """What a run releases, without the number."""
    return Release(
        shop=shop_of(plan.settings),
        title=title_of(plan.settings),
        as_of=plan.as_of.isoformat(),
        number=0,
        versions=versions_of(plan),
        run_id=run_id,
        dag_id=dag_id,
        params={**params_of(plan.settings), "as_of": plan.as_of.isoformat()},
        released_at=now(),
        figures=figures or {},
    )


def released_earlier(warehouse: Warehouse, shop: str, as_of: date) -> dict[str, str]:
    """The versions that a shop's releases of the twelve months before name, by label: stays in segments go on from
    them, and what a year has moved is counted from them.

    Looked up once for a run, so that all its tasks have the same. Left out is what is not there; with a warning, what
    cannot be read, and what an older release of this project made with other columns.
    """
    found: dict[str, str] = {}
    older: list[str] = []
    for months in sorted({months for _, months in LABELS.values()}):
        day = months_before(as_of, months)
        names = {label: dataset_of(label) for label, (_, each) in LABELS.items() if each == months}
        try:
            one = releases.current(warehouse, shop, day)
            if one is None:
                continue
            stands = {label: warehouse.find(name, one.versions.get(name, ""), day) for label, name in names.items()}
        except UserError as error:
            print(f"WARNING The release as of {day} is left out of stays and movements: {error}", flush=True)
            continue
        fits = {label: one for label, one in stands.items() if one and one.columns == dataset(one.dataset).columns}
        found |= {label: one.version for label, one in fits.items()}
        if not fits and any(stands.values()):
            older.append(str(day))
    if older:
        print(
            f"WARNING The releases as of {', '.join(older)} are left out of stays and movements: an older release of "
            "this project made them with other columns.",
            flush=True,
        )
    return found


def begin(plan: Plan, warehouse: Warehouse, run_id: str, dag_id: str) -> None:
    """Note which versions a run is going to make, for which shop. Raises UserError if the shop's name is another's."""
    check_shop(warehouse, plan.settings)
    runs.note(warehouse, draft_of(plan, run_id, dag_id), plan.settings.trial)


def release(plan: Plan, warehouse: Warehouse, run_id: str, dag_id: str = "") -> Release | None:
    """Make the versions of a finished run its shop's next release; a trial makes none.

    Raises UserError if one of the versions is not there.
    """
    if plan.settings.trial:
        return None
    draft = draft_of(plan, run_id, dag_id)
    found = {one.dataset: one for one in releases.manifests(warehouse, draft)}
    return releases.create(warehouse, replace(draft, figures=figures_of(warehouse, found)))


def again(warehouse: Warehouse, shop: str, as_of: date, number: int) -> Release:
    """Bring an earlier release back, under a new number. Raises UserError if it or one of its versions is not there."""
    earlier = releases.find(warehouse, shop, as_of, number)
    if earlier is None:
        there = ", ".join(map(str, releases.numbers(warehouse, shop, as_of))) or "none"
        raise UserError(f"NUMBER: shop {shop} has no release {number} as of {as_of}. There is: {there}.")
    for one in releases.manifests(warehouse, earlier):
        warehouse.mark_used(one)  # so that clean-up, which may be about to, leaves it
    draft = replace(
        earlier,
        run_id=f"again-{now()}",
        released_at=now(),
        note=f"release {number} again, which was of run {earlier.run_id}",
    )
    made = releases.create(warehouse, draft)
    releases.manifests(warehouse, made)
    return made


def figures_of(warehouse: Warehouse, found: dict[str, Manifest]) -> dict[str, Any]:
    """What a list of months shows of one: {} where its tables are not those of a run."""
    if not {"segment_summary", "source"} <= set(found):
        return {}
    rows = rows_of(warehouse, found["segment_summary"], ["customers", "total_monetary"])
    return {
        "customers": sum(row["customers"] for row in rows),
        "spend": str(sum((row["total_monetary"] for row in rows), Decimal(0))),
        "currency": currency_of(found["source"]),
    }


def now() -> str:
    """The time, as releases note it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
