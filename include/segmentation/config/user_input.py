"""Read what a user gives: a path, a file, YAML. Whatever it holds, what is wrong with it is one sentence, at once.

The size, the depth and what aliases stand for are limited, so that a few bytes cannot fill the memory.
"""

import contextlib
import errno
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.quoting import cut, quoted

MOST_BYTES = 100_000
# Of a YAML text, an alias counted as all that it stands for.
MOST_VALUES = 10_000
MOST_CHARACTERS = 300_000
MOST_DEPTH = 20
# What file systems take: of a name, and of a whole path.
LONGEST_NAME, LONGEST_PATH = 255, 4095

_TAG = "tag:yaml.org,2002:"
_TAGS = ("!", *(_TAG + word for word in ("str", "int", "float", "bool", "null", "seq", "map")))
_WORDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "timestamp": "a date or time"}


# What does not pass by itself. A network file system may come back, so its errors are not among these.
LASTING = (
    errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL,
    errno.ENXIO, errno.ENODEV,
)  # fmt: skip


class Unreadable(Exception):
    """What is wrong with what was given, as a sentence without its end; the caller says where it was given."""


@contextlib.contextmanager
def given_by(param: str, *paths: Path) -> Iterator[None]:
    """Turn what is wrong with what a param gave, or with reading its files `paths`, into a UserError that names it."""
    try:
        yield
    except Unreadable as fault:
        raise UserError(f"Param {param}: {fault}.") from None
    except OSError as error:
        if error.errno not in LASTING or str(error.filename) not in map(str, paths):
            raise
        raise UserError(f"Param {param}: {cut(error.filename)} cannot be read: {error.strerror}.") from None


def path_of(text: str) -> Path:
    """The path that a text names, `~` resolved. Raises Unreadable where no file system has such a path."""
    fault = _fault_of_path(text)
    if fault:
        raise Unreadable(f"{quoted(text)} is no path: {fault}")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise Unreadable(f"{quoted(text)} is no path: there is no user {cut(text[1:].partition('/')[0])!r}") from None


def file_named(text: str) -> Path | None:
    """The file that a text names; None if it names none, because it is a path to nothing or no path at all."""
    try:
        path = path_of(text)
    except Unreadable:
        return None
    return path if os.path.isfile(path) else None  # unlike Path.is_file, it never raises


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a small file. Raises Unreadable if it is none, too large, or may not be read."""
    try:
        # A pipe would be waited for, and a device has no end.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Unreadable(f"{cut(path)} is not a file")
        with open(path, "rb") as file:
            content = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{cut(path)} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(content) > most:
        raise Unreadable(f"{cut(path)} is larger than {most:,} bytes, the most that is read of such a file")
    return content


def load_yaml(content: str | bytes, as_texts: bool = False) -> Any:
    """The one document of a YAML text; `as_texts`: each value as it is written, and an empty one as an empty text.

    Raises Unreadable for what is no YAML, what is too large or too deep, a key that stands twice, a tag that could
    stand for anything, and a value that is none, such as 2023-02-30.
    """
    import yaml

    size = len(content) if isinstance(content, bytes) else len(content.encode(errors="surrogatepass"))
    if size > MOST_BYTES:
        raise Unreadable(f"this is {size:,} bytes long; {MOST_BYTES:,} are the most that is read")
    try:
        _check_events(yaml.parse(content, Loader=yaml.SafeLoader))
        loader = _loader(as_texts)(content)
        try:
            node = loader.get_single_node()
            return None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        raise Unreadable(f"this is no YAML{line}: {cut(reason)}") from None
    except (ValueError, RecursionError) as error:  # surrogates, for one
        raise Unreadable(f"this is no YAML: {cut(str(error).partition(chr(10))[0])}") from None


def _fault_of_path(text: str) -> str:
    if "\0" in text:
        return "it holds a zero byte"
    try:
        whole = os.fsencode(text)
    except UnicodeEncodeError:
        return "it holds a sign that no file's name can have"
    if len(whole) > LONGEST_PATH:
        return f"it is {len(whole):,} bytes long, and {LONGEST_PATH:,} are the most"
    longest = max(map(len, whole.split(b"/")))
    return f"a name in it is {longest:,} bytes long, and {LONGEST_NAME} are the most" if longest > LONGEST_NAME else ""


def _check_events(events: Iterable[Any]) -> None:
    """Refuse what would grow too large or too deep, before anything is made of it."""
    import yaml

    anchors: dict[str, tuple[int, int, int]] = {}
    # For each open list or mapping: its anchor, and the values, characters and depth below it so far.
    open_ones: list[tuple[str | None, list[int]]] = [(None, [0, 0, 0])]
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.NodeEvent):
            tag = getattr(event, "tag", None)
            if tag and tag not in _TAGS:
                raise Unreadable(f"the tag {quoted(tag, 60)} in line {line} is not allowed; leave it out")
            counts = (1, 1, 0)
            if isinstance(event, yaml.AliasEvent):
                # One that is not known yet is unknown, or stands within itself.
                if event.anchor not in anchors:
                    name = quoted(event.anchor, 60)
                    raise Unreadable(f"the alias {name} in line {line} stands for nothing that ends before it")
                counts = anchors[event.anchor]
            elif isinstance(event, yaml.ScalarEvent):
                counts = (1, 1 + len(event.value), 0)
                if event.anchor:
                    anchors[event.anchor] = counts
            else:
                open_ones.append((event.anchor, [1, 1, 0]))
                if event.anchor:
                    anchors.pop(event.anchor, None)
                counts = (0, 0, 0)
            _add(open_ones, counts, line)
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            anchor, (values, characters, depth) = open_ones.pop()
            if anchor:
                anchors[anchor] = (values, characters, depth + 1)
            _add(open_ones, (values, characters, depth + 1), line)


def _add(open_ones: list[tuple[str | None, list[int]]], counts: tuple[int, int, int], line: int) -> None:
    here = open_ones[-1][1]
    here[0], here[1], here[2] = here[0] + counts[0], here[1] + counts[1], max(here[2], counts[2])
    if len(open_ones) - 1 + here[2] > MOST_DEPTH:
        raise Unreadable(f"line {line} is nested too deeply; {MOST_DEPTH} lists or mappings within each other are read")
    if here[0] > MOST_VALUES or here[1] > MOST_CHARACTERS:
        raise Unreadable(f"up to line {line} there are more than {MOST_VALUES:,} values, aliases counted in full")


@cache
def _loader(as_texts: bool) -> Any:
    """The reader of YAML, made when it is first needed: the params need none of it."""
    import yaml

    def construct_mapping(self: Any, node: Any, deep: bool = False) -> dict[Any, Any]:
        # YAML's own readers keep the last of two equal keys, and the rest of the file would be lost unseen.
        keys = [(key.tag, key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        counts = Counter(keys)
        for (key, _), found in zip(_scalar_keys(node), keys, strict=True):
            if counts[found] > 1:
                line = key.start_mark.line + 1
                raise Unreadable(f"the key {quoted(key.value)} stands twice in one place, from line {line} on")
        return base.construct_mapping(self, node, deep)

    def construct_object(self: Any, node: Any, deep: bool = False) -> Any:
        try:
            return base.construct_object(self, node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            kind = _WORDS.get(node.tag.removeprefix(_TAG), "something else")
            raise Unreadable(
                f"{quoted(node.value)} in line {node.start_mark.line + 1} is not {kind}, which YAML takes it for; put "
                "it in quotes if it is a text"
            ) from None

    def construct_scalar(self: Any, node: Any) -> str:
        text = base.construct_scalar(self, node)
        return "" if node.style is None and text in ("~", "null", "Null", "NULL") else text

    def _scalar_keys(node: Any) -> list[Any]:
        return [pair for pair in node.value if isinstance(pair[0], yaml.ScalarNode)]

    base: Any = yaml.BaseLoader if as_texts else yaml.SafeLoader
    own = {"construct_mapping": construct_mapping, "construct_object": construct_object}
    return type("_Loader", (base,), own | ({"construct_scalar": construct_scalar} if as_texts else {}))
