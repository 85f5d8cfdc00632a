"""Which compiler a run's Spark gets: by what is known of its input before it begins."""

from dataclasses import replace
from pathlib import Path

import pytest

from segmentation.config.settings import Settings
from segmentation.engine.stage import SMALL_JOB_OPTIONS
from segmentation.running.local import compiler
from segmentation.running.local.compiler import LITTLE

GIVEN = {"SPARK_SUBMIT_OPTS": "thorough", SMALL_JOB_OPTIONS: "quick"}


def of_size(path: Path, size: int) -> Path:
    """A file of so many bytes, which take no room."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.truncate(size)
    return path


def test_the_demo_is_little_and_a_large_one_is_not() -> None:
    assert compiler.with_compiler(GIVEN, Settings(source="demo"))["SPARK_SUBMIT_OPTS"] == "quick"
    large = Settings(source="demo", demo_reviews=1_000_000)
    assert compiler.with_compiler(GIVEN, large) == GIVEN


@pytest.mark.parametrize(
    ("name", "size", "little"),
    [
        ("orders.csv", LITTLE, True),
        ("orders.csv", LITTLE + 1, False),
        ("orders.csv.gz", LITTLE // 8, True),
        ("orders.csv.gz", LITTLE // 8 + 1, False),
        ("orders.parquet", LITTLE // 4, False),
    ],
)
def test_orders_count_by_their_files(tmp_path: Path, name: str, size: int, little: bool) -> None:
    path = of_size(tmp_path / name, size)
    given = Settings(source="orders", files_path=str(path), orders_mapping="{}")
    assert compiler.reads_little(given) is little


def test_files_of_reviews_count_together(tmp_path: Path) -> None:
    reviews = of_size(tmp_path / "raw/review_categories/Electronics.jsonl", LITTLE - 10)
    of_size(tmp_path / "raw/meta_categories/meta_Electronics.jsonl", 10)
    given = Settings(source="files", files_path=str(tmp_path))
    assert compiler.reads_little(given)
    of_size(reviews, LITTLE)
    assert not compiler.reads_little(given)


def test_what_is_elsewhere_or_not_there_is_not_known_to_be_little(tmp_path: Path) -> None:
    assert not compiler.reads_little(Settings(source="huggingface"))
    orders = Settings(source="orders", files_path="s3://bucket/orders.csv", orders_mapping="{}")
    assert not compiler.reads_little(orders)
    assert not compiler.reads_little(replace(orders, files_path=str(tmp_path / "none.csv")))
    assert not compiler.reads_little(Settings(source="files", files_path=str(tmp_path)))


def test_options_of_the_users_own_stay() -> None:
    own = {"SPARK_SUBMIT_OPTS": "mine", SMALL_JOB_OPTIONS: ""}
    assert compiler.with_compiler(own, Settings(source="demo")) == own
