"""The SQL files of a stage: their headers, markers, and which file needs which.

A file `NNN_name.sql` is one SELECT that makes the view `name`. Its header names what it reads and the values
it takes; both are checked here, because Spark accepts a value that no marker uses without a word.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from segmentation.common.paths import SQL
from segmentation.config.param_checks import SHARES
from segmentation.planning.datasets import SQL_FOLDERS, dataset

_FILE_NAME = re.compile(r"(\d{3})_([a-z0-9_]+)\.sql")
_KEY = re.compile(r"^(Grain|Reads|Params|Figures|Note|Cache|Level|Limit|Of): ?(.*)$")
_MARKER = re.compile(r"(?<![:\w]):([a-z_]+)")


@dataclass(frozen=True)
class SqlFile:
    """One SQL file: the view it makes, its text, and what its header says.

    reads: names of views or datasets. markers: the `:name` values. figures: name -> aggregate expression that
    is measured while the view is written. cache: whether later files read the view more than once.
    """

    path: Path
    name: str
    text: str
    header: dict[str, str]
    reads: tuple[str, ...]
    markers: frozenset[str]
    figures: dict[str, str]

    @property
    def cache(self) -> bool:
        return "Cache" in self.header

    @property
    def of(self) -> str:
        """The dataset that a check is about."""
        return self.header["Of"]

    def for_kind(self, *kinds: str) -> "SqlFile":
        """A check as it is for a kind of source: of several datasets it is about the one that this kind makes."""
        names = self.header["Of"].split(", ")
        if len(names) == 1:
            return self
        own = next((name for name in names if any(dataset(name).is_for(kind) for kind in kinds)), names[0])
        return replace(self, header={**self.header, "Of": own})


def read_file(path: Path) -> SqlFile:
    """Read one file and check its name, its header and its markers. Raises ValueError saying what is wrong."""
    match = _FILE_NAME.fullmatch(path.name)
    if not match:
        raise ValueError(f"{path}: a SQL file is named NNN_name.sql")
    text = path.read_text(encoding="utf-8")
    header = _header(text)
    for key in ("Grain", "Reads", "Params"):
        if key not in header:
            raise ValueError(f"{path}: the header has no `{key}:`")
    markers = frozenset(_MARKER.findall(_bare(text)))
    named = {line.split()[0] for line in _lines(header["Params"])}
    if named != markers:
        raise ValueError(f"{path}: `Params:` names {sorted(named)}, the text uses {sorted(markers)}")
    figures = dict(_pair(line, path) for line in _lines(header.get("Figures", "")))
    reads = tuple(re.findall(r"[a-z0-9_]+", header["Reads"])) if header["Reads"] != "none" else ()
    return SqlFile(path, match.group(2), text, header, reads, markers, figures)


def over_frames(text: str, names: Collection[str]) -> str:
    """A statement whose views of these names are frames, given to `spark.sql` as `{name}`: each becomes a CTE."""
    if not names:
        return text
    frames = ", ".join(f"{name} AS (SELECT * FROM {{{name}}})" for name in names)  # noqa: S608 - names of our files
    lines = text.replace("{", "{{").replace("}", "}}").splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip() and not line.startswith("--"))
    own = lines[at].removeprefix("WITH ")
    lines[at] = f"WITH {frames}, {own}" if own != lines[at] else f"WITH {frames}\n{own}"
    return "\n".join(lines)


def _bare(text: str) -> str:
    """The statement without comments and quoted texts, which may hold colons."""
    return re.sub(r"--[^\n]*|'(?:[^']|'')*'", " ", text)


def _lines(value: str) -> list[str]:
    return [line.strip() for line in value.splitlines() if line.strip() and line.strip() != "none"]


def _pair(line: str, path: Path) -> tuple[str, str]:
    name, equals, expression = line.partition(" = ")
    if not equals:
        raise ValueError(f"{path}: a figure is written `name = aggregate`, not {line!r}")
    return name, expression


def _header(text: str) -> dict[str, str]:
    """The `Key: value` parts of the leading comment; a value may go on over several lines."""
    parts: dict[str, str] = {"What": ""}
    key = "What"
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        line = line[2:].strip()
        match = _KEY.match(line)
        if match:
            key, line = match.groups()
        parts[key] = f"{parts.get(key, '')}\n{line}".strip()
    return parts


@cache
def stage_files(stage: str, *variants: str) -> dict[str, SqlFile]:
    """The stage's files by view name, in number order.

    A subfolder other than `checks` is a variant (a scoring, a kind of source): its files count only where it is
    among `variants`. There, a file stands for the one of the same name in the stage's own folder.
    """
    folder = SQL / SQL_FOLDERS[stage]
    paths = {path.name: path for part in (".", *variants) for path in (folder / part).glob("*.sql")}
    return {file.name: file for _, path in sorted(paths.items()) for file in [read_file(path)]}


@cache
def stage_checks(stage: str, *variants: str) -> tuple[SqlFile, ...]:
    """The checks of a stage, each of a dataset (`Of:`).

    With `Level: fail` or `Level: warn` it is a SELECT of one row `figure, passed, message`; with `Limit:`, which
    names a pair of params, of one row `figure, message`. A subfolder of `checks` is a variant, as in the stage's own
    folder. `Of:` names several datasets where each is for another kind of source.
    """
    folder = SQL / SQL_FOLDERS[stage] / "checks"
    paths = [*folder.glob("*.sql"), *(path for variant in variants for path in (folder / variant).glob("*.sql"))]
    checks = tuple(read_file(path) for path in sorted(paths, key=lambda path: path.name))
    for check in checks:
        header = check.header
        is_known = header["Level"] in ("fail", "warn") if "Level" in header else header.get("Limit") in SHARES
        if not is_known or {"Level", "Limit"} <= set(header) or "Of" not in header:
            kinds = f"`Level: fail`, `Level: warn` or `Limit:` one of {', '.join(SHARES)}"
            raise ValueError(f"{check.path}: a check needs {kinds}, and `Of:` a dataset")
    return tuple(check.for_kind(*variants) for check in checks)


def closure(files: dict[str, SqlFile], names: tuple[str, ...]) -> dict[str, SqlFile]:
    """Those of `files` that the views `names` need, the views themselves included, in number order."""
    needed: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in files and name not in needed:
            needed.add(name)
            todo.extend(files[name].reads)
    return {name: file for name, file in files.items() if name in needed}
