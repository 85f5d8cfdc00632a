"""This package as data, which travels with each function that Spark's Python workers run. They need no path of it.

Spark's own way is an archive that is added to the session. On a Spark that stands, this gives each session a class
loader of its own, and then Java compiles the generated code of every statement anew for each task of each month.
"""

import hashlib
import importlib
import importlib.util
import json
import pickle
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import pyarrow as pa

    Worker = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

PACKAGE = Path(__file__).parents[1]
NAME = PACKAGE.name
VERSION = "__shipped__"


def shipped(function: "Worker") -> "Worker":
    """A function for `mapInArrow` as one that brings this package along, as it is here and now."""
    from pyspark import cloudpickle

    pickler = cast("Any", cloudpickle)  # it has no types
    # This module itself travels inside the function; the others are what it then makes importable.
    pickler.register_pickle_by_value(sys.modules[__name__])
    version, packed = archive()
    payload = pickler.dumps(function)

    def run(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        stand_ready(version, packed)
        yield from pickle.loads(payload)(batches)  # noqa: S301 - our own

    return run


@cache
def archive(package: Path = PACKAGE) -> tuple[str, bytes]:
    """(a hash of the modules, the modules packed). Equal modules, equal bytes."""
    texts = {path.relative_to(package.parent).as_posix(): path.read_text("utf-8") for path in package.rglob("*.py")}
    content = json.dumps(texts, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest(), zlib.compress(content)


def stand_ready(version: str, packed: bytes) -> None:
    """Have the package imported as it was packed; what a job of other code has left in this worker goes."""
    if getattr(sys.modules.get(NAME), VERSION, None) == version:
        return
    for name in [name for name in sys.modules if name == NAME or name.startswith(f"{NAME}.")]:
        del sys.modules[name]
    others = [finder for finder in sys.meta_path if not hasattr(finder, VERSION)]
    sys.meta_path[:] = [cast("Any", Packed(version, json.loads(zlib.decompress(packed)))), *others]
    setattr(importlib.import_module(NAME), VERSION, version)


class Packed:
    """Finds and loads modules among texts."""

    def __init__(self, version: str, texts: dict[str, str]) -> None:
        setattr(self, VERSION, version)
        self.texts = texts

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """As Python asks a finder."""
        place = name.replace(".", "/")
        if f"{place}/__init__.py" in self.texts:
            return importlib.util.spec_from_loader(name, cast("Any", self), is_package=True)
        return importlib.util.spec_from_loader(name, cast("Any", self)) if f"{place}.py" in self.texts else None

    def create_module(self, spec: ModuleSpec) -> None:
        """Python's usual module."""

    def exec_module(self, module: ModuleType) -> None:
        """Run its text."""
        place = module.__name__.replace(".", "/")
        module.__file__ = next(name for name in (f"{place}/__init__.py", f"{place}.py") if name in self.texts)
        exec(compile(self.texts[module.__file__], module.__file__, "exec"), module.__dict__)  # noqa: S102 - our own
