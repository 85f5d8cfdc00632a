"""This package as one archive, which Spark brings to its executors. They need no path of the driver's machine."""

import hashlib
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).parent
# As old as an archive can say; the time of a checkout says nothing about the code.
THEN = (1980, 1, 1, 0, 0, 0)


def build(folder: Path, package: Path = PACKAGE) -> Path:
    """Write the package's modules as `<package>-<hash>.zip` into a folder and return it. Equal modules, equal bytes."""
    modules = {path.relative_to(package.parent).as_posix(): path.read_bytes() for path in package.rglob("*.py")}
    content = hashlib.sha256(b"\0".join(name.encode() + b"\0" + modules[name] for name in sorted(modules)))
    archive = folder / f"{package.name}-{content.hexdigest()[:12]}.zip"
    # Stored, not compressed: Python opens it again in every worker.
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        for name in sorted(modules):
            file.writestr(zipfile.ZipInfo(name, THEN), modules[name])
    return archive
