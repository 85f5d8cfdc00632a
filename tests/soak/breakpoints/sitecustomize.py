"""Stop a process of a task where the soak wants to kill it, however fast or slow this machine is.

Python imports this at the start of each process whose PYTHONPATH has this folder. Where SOAK_HELD names a folder with
a file `want.<stage>.<moment>`, the next writer of a manifest of that stage renames it to `at.<stage>.<moment>.<pid>`
at that moment, and waits until the file is gone or it is killed. Moments: `data` (before the manifest), `before` (half
of it is written), `after` (it is written, and nothing published).
"""

import importlib.abc
import importlib.util
import os
import sys
import time
from pathlib import Path

HELD = "SOAK_HELD"
PATCHED = "segmentation.warehouse.versions"


def stop(moment: str, path: Path) -> None:
    """Wait here if this moment of this stage is wanted."""
    from segmentation.planning.datasets import STAGE_OF

    home = path.parents[2]  # of _attempts/<version>.<attempt>/_manifest.json
    stage = STAGE_OF[home.parent.name if home.name.startswith("as_of=") else home.name]
    folder = Path(os.environ[HELD])
    here = folder / f"at.{stage}.{moment}.{os.getpid()}"
    try:
        os.rename(folder / f"want.{stage}.{moment}", here)
    except FileNotFoundError:
        return
    while here.exists():
        time.sleep(0.05)


def patch(versions) -> None:
    """Have the writer of manifests stop where it is wanted to."""
    write = versions.write_whole

    def write_whole(path: Path, text: str) -> None:
        if path.name != versions.MANIFEST:
            write(path, text)
            return
        stop("data", path)
        draft = path.with_name(f".{path.name}.held")
        draft.write_text(text[: len(text) // 2], encoding="utf-8")
        stop("before", path)
        draft.unlink()
        write(path, text)
        stop("after", path)

    versions.write_whole = write_whole


class Finder(importlib.abc.MetaPathFinder):
    """Patches the module when it is imported; nothing else is imported any sooner for it."""

    def find_spec(self, name, path, target=None):
        if name != PATCHED:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module

        def execute_and_patch(module) -> None:
            execute(module)
            patch(module)

        spec.loader.exec_module = execute_and_patch
        return spec


if os.environ.get(HELD):
    sys.meta_path.insert(0, Finder())
