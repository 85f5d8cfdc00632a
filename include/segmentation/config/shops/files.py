"""Shop files: `<name>.yaml` says what a shop is, when it refreshes, and the params of its runs.

Read each time Airflow parses the DAGs, so nothing heavy is imported. A file that is wrong stands for itself only:
it becomes a `Wrong` with a sentence, and the others are read as if it were not there.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.paths import DAG_ID, shops_folder
from segmentation.common.quoting import cut, quoted
from segmentation.config.settings import FIELDS, Settings, json_default, parse, segment_map_names
from segmentation.config.shops.names import DEMO, LONGEST_TITLE, RULE, dag_of, derived_title, is_name
from segmentation.config.shops.targets import Fault, Target, targets_of
from segmentation.config.user_input import Unreadable, load_yaml, read_bytes

ENDINGS = (".yaml", ".yml")
KEYS = ("title", "schedule", "start", "owner", "tags", "params", "deliver")
PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}
SCHEDULES = f"{', '.join(PRESETS)}, none, or a cron expression of five fields such as '0 6 1 * *'"
MONTHLY = "@monthly"
START = date(2000, 1, 1)
OWNER = "analytics"
MOST_TAGS, LONGEST_WORD = 10, 50


@dataclass(frozen=True)
class Shop:
    """A shop as its file has it. schedule: a cron expression or preset, None for none. params: the form's defaults.
    deliver: where its releases are brought.
    """

    name: str
    title: str
    schedule: str | None
    start: date
    owner: str
    tags: tuple[str, ...]
    params: dict[str, Any] = field(hash=False)
    file: Path
    deliver: tuple[Target, ...] = ()

    @property
    def dag_id(self) -> str:
        """The id of its DAG."""
        return dag_of(self.name)


@dataclass(frozen=True)
class Wrong:
    """A file that is no shop: `problem` says file, key and what is allowed. schedule: the file's, where it is right."""

    dag_id: str
    file: Path
    problem: str
    schedule: str | None = MONTHLY


class _Fault(Exception):
    """What is wrong with a file, beginning with the key."""


def all_shops(only: str | None = None) -> list[Shop | Wrong]:
    """The shops of all files, by name; with `only` just the one of that DAG."""
    folder = shops_folder()
    if not folder.is_dir():
        problem = f"SEGMENTATION_SHOPS: {cut(folder)} is not a folder, so there is no shop. Make it, or name another."
        return [Wrong(f"{DAG_ID}__no_shops", folder, problem)]
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in ENDINGS and path.name[0] != "."]
    stems = [path.stem for path in paths]
    found = [_read(path, twice=stems.count(path.stem) > 1) for path in paths if only in (None, _dag_id(path))]
    unique: dict[str, Shop | Wrong] = {}
    for one in found:
        unique.setdefault(one.dag_id, one)
    return list(unique.values())


def find(name: str) -> Shop | None:
    """The shop of a name, or None if it has no file. Raises UserError if its file is wrong."""
    found = next(iter(all_shops(only=dag_of(name))), None) if is_name(name) and shops_folder().is_dir() else None
    if isinstance(found, Wrong):
        raise UserError(found.problem)
    return found


def title_in_file(name: str) -> str | None:
    """The title in a shop's file, or None if it has none that is right."""
    try:
        found = find(name)
    except UserError:
        return None
    return found.title if found else None


def has_file(name: str) -> bool:
    """Whether a shop has a file, right or wrong."""
    return any((shops_folder() / f"{name}{ending}").exists() for ending in ENDINGS)


def _dag_id(path: Path) -> str:
    """The DAG of a file. One whose name is no shop's gets one that no shop can have, since `__` is in no name."""
    if is_name(path.stem):
        return dag_of(path.stem)
    plain = re.sub(r"[^A-Za-z0-9]+", "_", path.stem)[:40].strip("_")
    return f"{DAG_ID}__{plain}_{hashlib.sha256(path.name.encode(errors='surrogateescape')).hexdigest()[:6]}"


def check_file(path: Path, content: bytes) -> Shop | Wrong:
    """What a file with this content would be."""
    return _read(path, twice=False, text=content)


def _read(path: Path, twice: bool, text: bytes | None = None) -> Shop | Wrong:
    schedule: str | None = MONTHLY
    try:
        if not is_name(path.stem):
            raise _Fault(f"the name {quoted(path.stem, 60)} is not allowed. Allowed: {RULE}")
        if twice:
            both = " and ".join(path.stem + ending for ending in ENDINGS)
            raise _Fault(f"the shop is there twice, as {both}. Keep one of them")
        content = load_yaml(read_bytes(path) if text is None else text)
        if not isinstance(content, dict):
            raise _Fault(f"it is no mapping. Allowed: the keys {', '.join(KEYS)}")
        schedule = _schedule(content.get("schedule", MONTHLY))
        return _shop(path, content, schedule)
    except (_Fault, Fault, Unreadable) as fault:
        return Wrong(_dag_id(path), path, f"{cut(path)}: {fault}.", schedule)
    except Exception as error:
        # Whatever nobody has thought of must not take the other shops' DAGs away.
        words = f"{cut(path)}: it cannot be read: {type(error).__name__}: {cut(error)}."
        return Wrong(_dag_id(path), path, words, schedule)


def _shop(path: Path, content: dict[Any, Any], schedule: str | None) -> Shop:
    for key in content:
        if key not in KEYS:
            raise _Fault(f"{quoted(key, 60)} is not a key of a shop. Allowed: {', '.join(KEYS)}")
    settings = _settings(path.stem, content.get("params"))
    title = content.get("title", _usual_title(settings))
    return Shop(
        name=path.stem,
        title=_text("title", title, LONGEST_TITLE),
        schedule=schedule,
        start=_start(content.get("start", START)),
        owner=_text("owner", content.get("owner", OWNER), LONGEST_WORD),
        tags=_tags(content.get("tags", [])),
        params=_defaults(path.stem, settings),
        file=path,
        deliver=targets_of(content.get("deliver")),
    )


def _settings(name: str, params: Any) -> Settings:
    """The params of the shop's runs, each checked as those of a run by hand are."""
    if not isinstance(params, dict) or not all(isinstance(key, str) for key in params):
        raise _Fault(f"params: {quoted(params)} is not allowed. Allowed: a mapping of params such as source: {DEMO}")
    if params.get("shop") not in (None, name):
        raise _Fault(f"params: shop: {quoted(params['shop'])} is not allowed. Allowed: none, because the file names it")
    if "trial" in params:
        raise _Fault("params: trial: it is not allowed. Allowed: only in the form of a run")
    try:
        settings = parse({**params, "shop": name})
        if settings.segment_map not in segment_map_names():
            from segmentation.config.segment_maps import load_map

            load_map(settings.segment_map, settings.bins)
        return settings
    except UserError as error:
        words = str(error).rstrip(".").removeprefix("Param ")
        raise _Fault(f"params: {words}") from None


def _defaults(name: str, settings: Settings) -> dict[str, Any]:
    """The form's defaults: the values as JSON holds them, written as the usual defaults are where they are equal."""
    found = {}
    for field_name in FIELDS:
        value = json_value(getattr(settings, field_name))
        usual = json_default(field_name)
        found[field_name] = usual if value == usual else value
    return {**found, "shop": name}


def json_value(value: Any) -> Any:
    """A param's value as JSON and YAML hold it."""
    if isinstance(value, tuple):
        return [json_value(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value.isoformat() if isinstance(value, date) else value


def _usual_title(settings: Settings) -> str:
    return derived_title(settings.source, settings.category, settings.named_by)


def _text(key: str, value: Any, longest: int) -> str:
    allowed = f"a text of 1 to {longest} characters on one line, without signs that change the direction of text"
    if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
        raise _Fault(f"{key}: {quoted(value, 60)} is not allowed. Allowed: {allowed}")
    return value.strip()


def _tags(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_TAGS:
        raise _Fault(f"tags: {quoted(value, 60)} is not allowed. Allowed: a list of up to {MOST_TAGS} texts")
    return tuple(_text("tags", item, LONGEST_WORD) for item in value)


def _start(value: Any) -> date:
    allowed = "Allowed: a date as YYYY-MM-DD, the first day from which months are due"
    if isinstance(value, datetime) or not isinstance(value, date):
        raise _Fault(f"start: {quoted(value, 60)} is not allowed. {allowed}")
    return value


def _schedule(value: Any) -> str | None:
    """The cron expression or preset, None for none. It has to be one whose moments come."""
    if value is None or value == "none":
        return None
    if isinstance(value, str) and value in PRESETS:
        return value
    if isinstance(value, str) and len(value) <= LONGEST_WORD * 2 and len(value.split()) == 5 and _comes(value):
        return value
    raise _Fault(f"schedule: {quoted(value, 60)} is not allowed. Allowed: {SCHEDULES}")


def _comes(expression: str) -> bool:
    from croniter import croniter

    try:
        croniter(expression, datetime(2024, 1, 1, tzinfo=UTC)).get_next(datetime)
    except (ValueError, KeyError, AttributeError, TypeError, OverflowError):
        return False
    return True
