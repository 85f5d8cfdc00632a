"""The archive of the package that goes to the executors."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from segmentation import shipped_code


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return shipped_code.build(tmp_path)


def test_it_holds_every_module_and_nothing_else(archive: Path) -> None:
    names = zipfile.ZipFile(archive).namelist()
    expected = {f"segmentation/{path.relative_to(shipped_code.PACKAGE)}" for path in shipped_code.PACKAGE.rglob("*.py")}
    assert set(names) == expected
    assert len(names) == len(expected) > 100


def test_what_executors_run_is_imported_from_it_alone(archive: Path, tmp_path: Path) -> None:
    code = "from segmentation.ingest import plain_files as a; from segmentation.kmeans import points as b; "
    code += "print(a.__file__, b.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(archive), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        f"{archive}/segmentation/{name}.py" for name in ("ingest/plain_files", "kmeans/points")
    ]


def test_equal_trees_make_equal_archives_and_a_change_another_name(archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "segmentation"
    shutil.copytree(shipped_code.PACKAGE, copy, copy_function=shutil.copyfile)
    again = shipped_code.build(tmp_path / "elsewhere", copy)
    assert (again.name, again.read_bytes()) == (archive.name, archive.read_bytes())
    (copy / "points.py").write_text("changed = True\n")
    assert shipped_code.build(tmp_path / "elsewhere", copy).name != archive.name
