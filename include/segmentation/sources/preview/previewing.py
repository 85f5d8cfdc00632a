"""A preview from beginning to end: the files are read under a mapping, and the SQL says what becomes of their lines."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from segmentation.config.settings import Settings
from segmentation.planning.plan import CUSTOMERS, Plan
from segmentation.sources import orders
from segmentation.sources.order_files import OrderFile
from segmentation.sources.orders_mapping import read_mapping
from segmentation.sources.preview.account import account
from segmentation.sources.preview.customers import account_of_customers
from segmentation.sources.preview.engine import Engine
from segmentation.sources.preview.page import Preview
from segmentation.sources.preview.reading import read

# A plan needs a source version and a day. Nothing that is shown depends on them where no day is given.
NO_VERSION = "0" * 12
ANY_DAY = date(2000, 1, 1)
Looked = tuple[dict[str, Any], list[OrderFile], dict[str, dict[str, Any]]]


def preview_of(
    settings: Settings,
    folder: Path,
    report: Callable[[str], None],
    ticked: Callable[[int], None],
    is_proposed: bool = False,
    look: Callable[[Settings, Callable[[str], None]], Looked] = orders.look,
) -> Preview:
    """Preview a run with these settings. `is_proposed`: whether the mapping itself was worked out from the files.

    `look` finds the files and says what they are. `folder` is for what memory cannot hold. `report` is told what
    happens, `ticked` how many lines are read so far. Raises UserError where a run would be refused.
    """
    mapping, found, listing = look(settings, report)
    source = {"mapping": mapping, "files": listing}
    engine = Engine(folder)
    try:
        seen = read(engine, mapping, found, listing, folder, ticked)
        plan = Plan(settings, settings.as_of or ANY_DAY, NO_VERSION, json.loads(json.dumps(source)))
        becomes = account_of_customers if plan.kind == CUSTOMERS else account
        return Preview({} if is_proposed else _given(settings), source, seen, becomes(engine, plan, settings.as_of))
    finally:
        engine.database.close()


def _given(settings: Settings) -> dict[str, Any]:
    """What the mapping says itself, before the files settle anything. A zone counts as said if it is not the preset."""
    mapping = read_mapping(str(settings.orders_mapping))
    return {key: value for key, value in mapping.items() if (key, value) != ("time_zone", "UTC")}
