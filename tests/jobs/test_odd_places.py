"""A warehouse may lie in a folder of any name: Spark takes some signs of a path for a pattern, others for an escape."""

import shutil
from pathlib import Path

import pytest

from jobs.flow import Flow
from segmentation.engine.spark_paths import literal

PLACES = ["a b", 'it\'s "q"', "br[x]", "cu{y,z}", "st*r?", "back\\slash", "üñ😀", "per%41cent#h", "x" * 200]


@pytest.fixture(scope="module")
def source(spark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse that holds a source only."""
    root = tmp_path_factory.mktemp("plain") / "w"
    Flow(root, "2023-09-01", demo_reviews=1000)
    return root


@pytest.mark.parametrize("place", PLACES)
def test_raw_lines_and_what_is_made_of_them_are_read_wherever_they_lie(
    source: Path, tmp_path: Path, place: str
) -> None:
    shutil.copytree(source, tmp_path / place / "w")
    # What the signs would mean as a pattern stands beside it.
    for other in ("brx", "cuy", "star1"):
        (tmp_path / other / "w").mkdir(parents=True)
    flow = Flow(tmp_path / place / "w", "2023-09-01", demo_reviews=1000)
    made = flow.run("ingest")
    assert made["reviews"].rows == 1000
    assert made["rejected_rows"].rows == len(flow.rows("rejected_rows")) == 5


def test_a_path_without_signs_is_spelled_as_it_is() -> None:
    assert literal(Path("/a b/c-d.e=f")) == "/a b/c-d.e=f"
    assert literal("/a[b]{c}*?\\") == "/a\\[b\\]\\{c\\}\\*\\?\\\\"
