"""What Python workers run brings its package along."""

import json
import os
import pickle
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark import cloudpickle

from segmentation.engine import shipped_code
from segmentation.stages.ingest.plain_files import Range, take

pytestmark = pytest.mark.slow

ELSEWHERE = """
import pickle, sys
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        print(list(pickle.load(file)(iter([]))))
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs functions one after the other in a process that knows nothing of the package, as a worker does."""

    def run(*functions: object) -> subprocess.CompletedProcess[str]:
        names = []
        for number, function in enumerate(functions):
            names.append(str(tmp_path / f"function-{number}"))
            Path(names[-1]).write_bytes(cloudpickle.dumps(function))
        usual = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        return subprocess.run(
            [sys.executable, "-c", ELSEWHERE, *names],
            cwd=tmp_path, env=usual, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def taker(path: Path) -> Callable[[Iterator[object]], Iterator[object]]:
    def run(_: Iterator[object]) -> Iterator[object]:
        yield take(Range(str(path), 0, path.stat().st_size), None, str(path.parent)).declined
        yield sys.modules[take.__module__].__file__

    return run


def test_a_function_runs_where_nobody_knows_the_package(tmp_path: Path, elsewhere) -> None:
    lines = tmp_path / "lines"
    lines.write_bytes(b"one\ntwo\n")
    done = elsewhere(shipped_code.shipped(taker(lines)))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[2, 'segmentation/stages/ingest/plain_files.py']\n"
    done = elsewhere(taker(lines))
    assert "No module named 'segmentation'" in done.stderr


def test_functions_of_other_code_in_the_same_worker_each_have_their_own(
    tmp_path: Path, elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit(_: Iterator[object]) -> Iterator[object]:
        from segmentation.stages.ingest import plain_lines

        yield plain_lines.LONGEST

    mine = shipped_code.shipped(limit)
    version, packed = shipped_code.archive()
    texts = json.loads(zlib.decompress(packed))
    place = "segmentation/stages/ingest/plain_lines.py"
    texts[place] = texts[place].replace("LONGEST = 16_000", "LONGEST = 7")
    monkeypatch.setattr(shipped_code, "archive", lambda: ("other", zlib.compress(json.dumps(texts).encode())))
    others = shipped_code.shipped(limit)
    done = elsewhere(mine, others, mine)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["[16000]", "[7]", "[16000]"]
    assert version != "other"


def test_equal_trees_make_equal_archives_and_a_change_another(tmp_path: Path) -> None:
    copy = tmp_path / "segmentation"
    shutil.copytree(shipped_code.PACKAGE, copy, copy_function=shutil.copyfile)
    archive = shipped_code.archive.__wrapped__
    assert archive(copy) == archive()
    (copy / "points.py").write_text("changed = True\n")
    assert archive(copy)[0] != archive()[0]


def test_it_is_small_enough_to_travel_with_each_function() -> None:
    function = shipped_code.shipped(iter)
    # Beyond a MiB Spark would hand it out as a file.
    assert len(pickle.dumps(shipped_code.archive())) < len(cloudpickle.dumps(function)) < 1 << 20
