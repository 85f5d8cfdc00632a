"""Shop files: what one says, what each mistake in one is told, and that it takes no other shop away."""

import os
import time
from datetime import date
from pathlib import Path

import pytest

from segmentation.common.paths import PROJECT
from segmentation.config import settings
from segmentation.config.categories import CATEGORIES
from segmentation.config.shops import files, names
from segmentation.config.shops.files import Shop, Wrong
from segmentation.running.local import __main__ as commands
from segmentation.warehouse import releasing
from yardstick import slowness

DEMO = "params: {source: demo}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """A folder of shops with nothing in it."""
    (tmp_path / "shops").mkdir()
    monkeypatch.setenv("SEGMENTATION_SHOPS", str(tmp_path / "shops"))
    return tmp_path / "shops"


def one(folder: Path, text: str, name: str = "books.yaml") -> Shop | Wrong:
    """What a file is read as, beside one that is right."""
    (folder / "other.yaml").write_text(DEMO)
    (folder / name).write_text(text, encoding="utf-8")
    found = {shop.file.name: shop for shop in files.all_shops()}
    assert isinstance(found["other.yaml"], Shop), "one file takes another away"
    return found[name]


def test_a_file_may_say_no_more_than_what_its_runs_read(folder: Path) -> None:
    shop = one(folder, "params: {source: huggingface, category: Gift_Cards}\n")
    assert (shop.name, shop.title, shop.schedule, shop.dag_id) == (
        "books", "Gift Cards", "@monthly", "customer_segmentation_books",
    )  # fmt: skip
    assert shop.params["category"] == "Gift_Cards"
    assert shop.params["shop"] == "books"
    assert set(shop.params) == set(settings.FIELDS)


def test_a_file_may_say_all(folder: Path) -> None:
    shop = one(
        folder,
        "title: B\u00fccher & more\nschedule: 0 6 2 * *\nstart: 2024-02-01\nowner: ann\ntags: [eu, big]\n"
        "params:\n  source: demo\n  window_months: 24\n  k: 5\n  frequency_edges: [2, 3, 4, 9]\n  min_price: 0.5\n"
        "  as_of: 2023-09-01\n  excluded_categories: []\n",
    )
    assert (shop.title, shop.schedule, shop.start, shop.owner) == (
        "B\u00fccher & more",
        "0 6 2 * *",
        date(2024, 2, 1),
        "ann",
    )
    assert shop.tags == ("eu", "big")
    own = {name: value for name, value in shop.params.items() if value != settings.json_default(name)}
    assert own == {
        "window_months": 24, "k": "5", "frequency_edges": [2, 3, 4, 9], "min_price": 0.5, "as_of": "2023-09-01",
        "excluded_categories": [], "shop": "books",
    }  # fmt: skip


def test_presets_for_electronics_are_none_for_another_category(folder: Path) -> None:
    assert one(folder, "params: {source: huggingface, category: Books}\n").params["excluded_categories"] == []


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ("titel: x\n" + DEMO, "'titel'", "title, schedule, start, owner, tags, params"),
        ("title: ''\n" + DEMO, "title:", "a text of 1 to 80 characters"),
        ("title: 7\n" + DEMO, "title:", "a text of 1 to 80 characters"),
        ('title: "a\u202eb"\n' + DEMO, "title:", "change the direction"),
        (f"title: {'x' * 81}\n" + DEMO, "title:", "1 to 80"),
        ("schedule: 0 0 31 2 *\n" + DEMO, "schedule:", "a cron expression of five fields"),
        ("schedule: often\n" + DEMO, "schedule:", "@monthly"),
        ("schedule: 0 0 0 1 * *\n" + DEMO, "schedule:", "five fields"),
        ("schedule: 61 * * * *\n" + DEMO, "schedule:", "five fields"),
        ("schedule: [1]\n" + DEMO, "schedule:", "none"),
        ("start: soon\n" + DEMO, "start:", "YYYY-MM-DD"),
        ("start: 2024-01-01 10:00:00\n" + DEMO, "start:", "YYYY-MM-DD"),
        ("owner: [x]\n" + DEMO, "owner:", "a text"),
        ("tags: x\n" + DEMO, "tags:", "a list of up to 10 texts"),
        ("tags: [1]\n" + DEMO, "tags:", "a text"),
        ("title: x\n", "params:", "a mapping of params"),
        ("params: [demo]\n", "params:", "a mapping of params"),
        ("params: {sorce: demo}\n", "'sorce'", "Known: source, category"),
        ("params: {source: s3}\n", "source:", "demo, huggingface, files, orders"),
        ("params: {category: Cars}\n", "category:", "Books"),
        ("params: {source: demo, k: 1}\n", "k:", "2 to 50"),
        ("params: {source: demo, window_months: many}\n", "window_months:", "a whole number"),
        ("params: {source: demo, segment_map: elven}\n", "segment_map", "eleven"),
        ("params: {source: orders}\n", "files_path:", "a file, folder or glob"),
        ("params: {source: demo, shop: games}\n", "shop:", "the file names it"),
        ("params: {source: demo, trial: true}\n", "trial:", "only in the form"),
        ("params: {source: demo, k_min: 9, k_max: 3}\n", "k_min:", "at most k_max"),
        ("- a\n", "no mapping", "title, schedule"),
        ("", "no mapping", "title, schedule"),
        ("a: [\n", "YAML", "line"),
        ("title: a\ntitle: b\n" + DEMO, "'title'", "twice"),
        ("title: !!python/object:os.system x\n" + DEMO, "tag", "leave it out"),
    ],
)
def test_a_wrong_file_says_file_key_and_what_is_allowed(folder: Path, text: str, key: str, allowed: str) -> None:
    found = one(folder, text)
    assert isinstance(found, Wrong)
    assert found.dag_id == "customer_segmentation_books"
    assert found.problem.startswith(f"{folder / 'books.yaml'}: ")
    assert key in found.problem
    assert allowed in found.problem
    assert found.schedule == "@monthly"


def test_a_wrong_file_keeps_a_schedule_that_is_right(folder: Path) -> None:
    """So that the mistake is told when the month is due."""
    assert one(folder, "schedule: 0 6 2 * *\nparams: {sorce: demo}\n").schedule == "0 6 2 * *"
    assert one(folder, "schedule: none\nparams: {sorce: demo}\n").schedule is None


@pytest.mark.parametrize(
    "name",
    ["Books", "a b", "a.b", "a__b", "9a", "b\u00fccher", "a\u200fb", "b" * 200, "-a", "a_", "__init__x", "\u0430bc"],
)
def test_a_file_of_a_name_that_may_be_no_shops_is_refused_with_the_rule(folder: Path, name: str) -> None:
    found = one(folder, DEMO, f"{name}.yaml")
    assert isinstance(found, Wrong)
    assert names.RULE in found.problem
    assert found.dag_id.startswith("customer_segmentation__")
    assert found.dag_id.isascii()
    assert len(found.dag_id) < 100
    assert found.problem.isprintable()


def test_names_that_differ_by_case_do_not_meet(folder: Path) -> None:
    for name in ("books.yaml", "Books.yaml", "BOOKS.yaml"):
        (folder / name).write_text(DEMO)
    found = files.all_shops()
    assert [type(shop).__name__ for shop in found] == ["Wrong", "Wrong", "Shop"]
    assert len({shop.dag_id.lower() for shop in found}) == 3


def test_twice_the_same_name_is_refused_for_that_name(folder: Path) -> None:
    for name in ("books.yaml", "books.yml", "games.yml"):
        (folder / name).write_text(DEMO)
    found = {shop.dag_id: shop for shop in files.all_shops()}
    assert len(found) == 2
    assert "books.yaml and books.yml" in found["customer_segmentation_books"].problem
    assert isinstance(found["customer_segmentation_games"], Shop)


def test_what_is_no_file_or_may_not_be_read_is_a_wrong_shop(folder: Path) -> None:
    (folder / "folder.yaml").mkdir()
    (folder / "gone.yaml").symlink_to(folder / "nowhere")
    (folder / "large.yaml").write_text("# " + "x" * 200_000)
    os.mkfifo(folder / "pipe.yaml")
    (folder / ".hidden.yaml").write_text("x")
    (folder / "notes.txt").write_text("x")
    found = files.all_shops()
    assert [shop.file.name for shop in found] == ["folder.yaml", "gone.yaml", "large.yaml", "pipe.yaml"]
    assert all(isinstance(shop, Wrong) for shop in found)


def test_a_folder_that_is_not_there_is_said_to_be(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SEGMENTATION_SHOPS", str(tmp_path / "nowhere"))
    (found,) = files.all_shops()
    assert "is not a folder" in found.problem
    assert files.find("books") is None


@pytest.mark.slow
def test_forty_shops_are_read_in_a_moment(folder: Path) -> None:
    for number in range(40):
        (folder / f"shop{number}.yaml").write_text(f"title: Shop {number}\nschedule: 0 6 1 * *\n{DEMO}")
    began = time.process_time()
    assert len(files.all_shops()) == 40
    assert time.process_time() - began < slowness()


def test_the_files_that_come_along_are_right(monkeypatch) -> None:
    monkeypatch.delenv("SEGMENTATION_SHOPS", raising=False)
    found = files.all_shops()
    assert [(shop.name, shop.params["source"]) for shop in found] == [("demo", "demo")]
    assert found[0].file.parent == PROJECT / "include/shops"


# The shop of a run that names none


@pytest.mark.parametrize(
    ("params", "name", "title"),
    [
        ({}, "demo", "Demo"),
        ({"source": "demo", "category": "Books"}, "books", "Books"),
        ({"source": "huggingface"}, "electronics", "Electronics"),
        ({"source": "huggingface", "category": "CDs_and_Vinyl"}, "cds_and_vinyl", "CDs and Vinyl"),
        ({"source": "huggingface", "category": "Books", "shop": "mine"}, "mine", "mine"),
    ],
)
def test_the_shop_follows_from_the_category(folder: Path, params: dict, name: str, title: str) -> None:
    given = settings.parse(params)
    assert (releasing.shop_of(given), releasing.title_of(given)) == (name, title)


@pytest.mark.parametrize(
    ("path", "name", "title"),
    [
        ("/data/Web Shop.csv.gz", "web_shop", "Web Shop"),
        ("/data/exports/*.parquet", "exports", "exports"),
        ("/data/exports/", "exports", "exports"),
        ("orders-2023*.csv", "orders", "Orders"),
        ("2023.csv", "orders_2023", "2023"),
        ("\u05d0\u05d1.csv", "orders", "\u05d0\u05d1"),
        ("a__b.csv", "a_b", "a__b"),
        (f"{'x' * 200}.csv", "x" * 40, "x" * 80),
    ],
)
def test_the_shop_follows_from_the_orders_file(folder: Path, path: str, name: str, title: str) -> None:
    given = settings.parse({"source": "orders", "files_path": path, "orders_mapping": "columns: {}"})
    assert releasing.shop_of(given) == name
    assert names.is_name(name)
    assert releasing.title_of(given) == title


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_makes_a_name(category: str) -> None:
    assert names.is_name(names.derived_name("huggingface", category, None))


def test_the_title_in_a_file_wins(folder: Path) -> None:
    (folder / "books.yaml").write_text("title: The bookshop\n" + DEMO)
    assert releasing.title_of(settings.parse({"source": "huggingface", "category": "Books"})) == "The bookshop"


# make shop


def make_shop(monkeypatch, **variables: str) -> int:
    for name in ("SHOP", "SOURCE", "CATEGORY", "FILES", "TITLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return commands.main(["shop"])


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_shop_is_written_for_any_category(folder: Path, monkeypatch, category: str) -> None:
    name = category.lower()
    assert make_shop(monkeypatch, NAME=name, CATEGORY=category) == 0
    found = files.find(name)
    assert (found.title, found.schedule) == (category.replace("_", " "), "@monthly")
    assert (found.params["source"], found.params["category"]) == ("huggingface", category)


def test_a_shop_is_written_for_own_orders_with_paths_that_hold_anywhere(folder: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(PROJECT)
    given = {"FILES": "docs/how-to/own-orders/orders.csv", "ORDERS_MAPPING": "docs/how-to/own-orders/mapping.yaml"}
    more = {
        "TITLE": "Our shop: caf\u00e9",
        "SCHEDULE": "0 6 1 * *",
        "START": "2024-01-01",
        "OWNER": "ann",
        "TAGS": "eu; web",
    }
    assert make_shop(monkeypatch, NAME="ours", **given, **more, K="5") == 0
    found = files.find("ours")
    assert (found.title, found.schedule, found.start) == ("Our shop: caf\u00e9", "0 6 1 * *", date(2024, 1, 1))
    assert (found.owner, found.tags) == ("ann", ("eu", "web"))
    assert found.params["files_path"] == str(PROJECT / given["FILES"])
    assert found.params["orders_mapping"] == str(PROJECT / given["ORDERS_MAPPING"])
    assert found.params["k"] == "5"
    assert "customer_segmentation_ours" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"NAME": "books"}, "A shop needs what its runs read"),
        ({"NAME": "", "CATEGORY": "Books"}, names.RULE),
        ({"NAME": "../books", "CATEGORY": "Books"}, names.RULE),
        ({"NAME": "Books", "CATEGORY": "Books"}, names.RULE),
        ({"NAME": "b" * 300, "CATEGORY": "Books"}, names.RULE),
        ({"NAME": "books", "CATEGORY": "Cars"}, "Param category: 'Cars' is not allowed"),
        ({"NAME": "books", "CATEGORY": "Books", "SCHEDULE": "daily"}, "schedule: 'daily' is not allowed"),
        ({"NAME": "books", "CATEGORY": "Books", "START": "soon"}, "start: 'soon' is not allowed"),
        ({"NAME": "books", "FILES": "x.csv", "SOURCE": "orders"}, "orders_mapping"),
        ({"NAME": "taken", "CATEGORY": "Books"}, "is there already"),
    ],
)
def test_what_would_be_wrong_is_not_written(folder: Path, monkeypatch, capsys, variables: dict, words: str) -> None:
    (folder / "taken.yml").write_text(DEMO)
    assert make_shop(monkeypatch, **variables) == 1
    said = capsys.readouterr().out
    assert words in said
    assert "Traceback" not in said
    assert [path.name for path in folder.iterdir()] == ["taken.yml"]


def test_a_shop_that_is_there_is_not_overwritten(folder: Path, monkeypatch) -> None:
    assert make_shop(monkeypatch, NAME="books", CATEGORY="Books") == 0
    before = (folder / "books.yaml").read_text()
    assert make_shop(monkeypatch, NAME="books", CATEGORY="Gift_Cards") == 1
    assert (folder / "books.yaml").read_text() == before
