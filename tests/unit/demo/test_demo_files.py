"""The demo source: which files it writes, the form of their lines, and that they never change."""

import hashlib
import json
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from generated_shop import REVIEWS, Shop, milliseconds

from segmentation.sources import demo_shop
from segmentation.sources.demo_shop import products

pytestmark = pytest.mark.slow

REVIEW_KEYS = [
    "rating", "title", "text", "images", "asin", "parent_asin", "user_id", "timestamp", "helpful_vote",
    "verified_purchase",
]  # fmt: skip
PRODUCT_KEYS = [
    "main_category", "title", "average_rating", "rating_number", "features", "description", "price", "images",
    "videos", "store", "categories", "details", "parent_asin", "bought_together",
]  # fmt: skip


def test_files_lie_where_the_hub_has_them(shop: Shop) -> None:
    folder = shop.paths["reviews"].parents[2]
    assert shop.paths == {
        "reviews": folder / "raw/review_categories/Electronics.jsonl",
        "products": folder / "raw/meta_categories/meta_Electronics.jsonl",
    }
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == sorted(shop.paths.values())


def test_same_settings_give_the_same_bytes_in_another_folder(shop: Shop, tmp_path: Path) -> None:
    again = demo_shop.generate(tmp_path, category="Electronics", reviews=REVIEWS, seed=7)
    for name, path in again.items():
        assert path.read_bytes() == shop.paths[name].read_bytes()


def test_bytes_do_not_depend_on_the_machine(tmp_path: Path) -> None:
    # Recorded once. A new value means that every demo figure anyone has noted down changes.
    paths = demo_shop.generate(tmp_path, category="Electronics", reviews=300, seed=1)
    found = {name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for name, path in paths.items()}
    assert found == {"reviews": "038789e771d71c4f", "products": "50ba8fe6121ebb36"}


@pytest.mark.parametrize("change", [{"seed": 8}, {"category": "Appliances"}])
def test_another_seed_or_category_gives_other_rows(tmp_path: Path, change: dict) -> None:
    settings = {"category": "Electronics", "reviews": 300, "seed": 7}
    one = demo_shop.generate(tmp_path / "one", **settings)
    two = demo_shop.generate(tmp_path / "two", **(settings | change))
    users = [{row["user_id"] for row in Shop.parse(p["reviews"].read_text().split("\n"))[0]} for p in (one, two)]
    assert not users[0] & users[1]
    assert one["products"].read_bytes() != two["products"].read_bytes()


def test_lines_are_the_reviews_asked_for_and_the_broken_ones(any_shop: Shop) -> None:
    asked = 5_000 if len(any_shop.reviews) < REVIEWS else REVIEWS
    assert len(any_shop.reviews) == asked
    assert len(any_shop.broken_reviews) == demo_shop.BROKEN_REVIEW_LINES
    assert len(any_shop.broken_products) == demo_shop.BROKEN_PRODUCT_LINES


@pytest.mark.parametrize("reviews", [1, 20_001, 40_000])
def test_block_edges_lose_no_line_and_no_customer(tmp_path: Path, reviews: int) -> None:
    path = demo_shop.generate(tmp_path, category="Electronics", reviews=reviews, seed=3)["reviews"]
    rows, _ = Shop.parse(path.read_text("utf-8").removesuffix("\n").split("\n"))
    assert len(rows) == reviews
    assert len({row["user_id"] for row in rows}) == len([user for user, _ in groupby(r["user_id"] for r in rows)])


def test_progress_is_reported_for_both_files(tmp_path: Path) -> None:
    said: list[str] = []
    demo_shop.generate(tmp_path, category="Electronics", reviews=10, seed=1, report=said.append)
    assert [line.split(":")[0] for line in said] == ["products", "reviews"]


def test_a_failed_run_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(products, "_product", fail)
    with pytest.raises(OSError, match="no space left"):
        demo_shop.generate(tmp_path, category="Electronics", reviews=10, seed=1)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"reviews": 0}, "reviews must be 1 or more, not 0"),
        ({"seed": -1}, "seed must be 0 or more, not -1"),
        ({"category": "../Electronics"}, "category must be a name"),
        ({"category": ""}, "category must be a name"),
    ],
)
def test_bad_settings_are_refused_before_anything_is_written(tmp_path: Path, wrong: dict, message: str) -> None:
    settings = {"category": "Electronics", "reviews": 10, "seed": 1} | wrong
    with pytest.raises(ValueError, match=message):
        demo_shop.generate(tmp_path / "new", **settings)
    assert not (tmp_path / "new").exists()


def test_keys_and_their_order_are_those_of_the_source(shop: Shop) -> None:
    assert all(list(review) == REVIEW_KEYS for review in shop.reviews)
    assert all(list(product) == PRODUCT_KEYS for product in shop.products)


def test_lines_are_spelled_as_json_dumps_spells_them(shop: Shop) -> None:
    for line in shop.review_lines[:2000] + shop.product_lines:
        if line not in shop.broken_reviews + shop.broken_products:
            assert line == json.dumps(json.loads(line), ensure_ascii=False)


def test_values_have_the_types_of_the_source(shop: Shop) -> None:
    for review in shop.reviews:
        assert [type(review[key]) for key in REVIEW_KEYS] == [
            float, str, str, list, str, str, str, int, int, bool,
        ]  # fmt: skip
    pictures = next(review["images"] for review in shop.reviews if review["images"])
    assert list(pictures[0]) == ["attachment_type", "large_image_url", "medium_image_url", "small_image_url"]
    assert {type(product["details"]) for product in shop.products} == {dict}
    assert len({key for product in shop.products for key in product["details"]}) > 10


def test_ids_have_the_form_of_the_source_and_products_are_unique(shop: Shop) -> None:
    for review in shop.reviews:
        assert len(review["user_id"]) == 28
        assert review["user_id"].startswith("A")
        assert len(review["asin"]) == len(review["parent_asin"]) == 10
        assert review["parent_asin"].startswith("B0")
    assert len(shop.by_parent) == len(shop.products)


def test_reviews_are_grouped_by_user_and_not_ordered_by_time(shop: Shop) -> None:
    users = [review["user_id"] for review in shop.reviews]
    assert len(list(groupby(users))) == len(set(users))
    times = [review["timestamp"] for review in shop.reviews]
    later = sum(after > before for before, after in pairwise(times))
    assert 0.4 < later / len(times) < 0.6


def test_times_run_from_1996_to_the_last_moment_of_the_source(any_shop: Shop) -> None:
    times = [review["timestamp"] for review in any_shop.reviews]
    assert milliseconds(1996, 11, 18) <= min(times) < milliseconds(1996, 11, 19)
    assert milliseconds(2023, 9, 1) < max(times) <= demo_shop.LAST_MS
    assert datetime.fromtimestamp(demo_shop.LAST_MS / 1000, UTC).isoformat() == "2023-09-13T17:26:21.867000+00:00"
    early = [time for time in times if time < milliseconds(2017, 1, 1)]
    assert early
    assert all(time % 1000 == 0 for time in early)
    assert sum(time % 1000 == 0 for time in times if time >= milliseconds(2017, 1, 1)) < 0.01 * len(times)


def test_a_long_past_leaves_the_last_year_its_real_share(tmp_path: Path) -> None:
    path = demo_shop.generate(tmp_path, category="Electronics", reviews=20_000, seed=7, long_past=True)["reviews"]
    rows, _ = Shop.parse(path.read_text("utf-8").removesuffix("\n").split("\n"))
    times = [row["timestamp"] for row in rows]
    year = 365 * 86_400_000
    # Amazon Reviews 2023: 6 to 8 % of the verified reviews of Electronics are of the last twelve months.
    assert 0.06 < sum(demo_shop.LAST_MS - year < time for time in times) / len(times) < 0.08
    assert min(times) < demo_shop.LAST_MS - 15 * year
    # All visits of a customer move together: few gaps are longer than the calendar itself has them.
    spans = [[row["timestamp"] for row in group] for _, group in groupby(rows, lambda row: row["user_id"])]
    assert sum(max(span) - min(span) > 3 * year for span in spans) < len(spans) / 50
