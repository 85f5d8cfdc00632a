"""The params: their defaults, what is allowed, and what a refusal says."""

import json
import subprocess
import sys
from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pytest
from hostile_values import VALUES
from jsonschema import Draft202012Validator

from segmentation.common.errors import UserError
from segmentation.common.paths import PROJECT
from segmentation.config import settings
from segmentation.config.settings import CATEGORIES, FIELDS, NOT_ELECTRONICS, parse, segment_map_names

CONTRACT = {
    "source": "demo",
    "category": "Electronics",
    "revision": "2b6d039ed471f2ba5fd2acb718bf33b0a7e5598e",
    "files_path": None,
    "orders_mapping": None,
    "connection": None,
    "query": None,
    "table": None,
    "open_months": 2,
    "fetch_changed": False,
    "as_of": None,
    "window_months": 12,
    "scoring": "edges",
    "bins": 5,
    "frozen_edges_from": None,
    "bins_closed": "left",
    "frequency_scoring": "edges",
    "frequency_edges": (2, 3, 4, 6),
    "recency_edges": (),
    "monetary_edges": (),
    "frequency_counts": "orders",
    "segment_map": "came_back",
    "k": "auto",
    "k_min": 2,
    "k_max": 10,
    "compare_algorithms": False,
    "min_price": Decimal("0.25"),
    "excluded_categories": NOT_ELECTRONICS,
    "keep_unknown_category": True,
    "sentiment": False,
    "sentiment_reviews": 2_000,
    "rejected_share_warn": Decimal("0.01"),
    "rejected_share_fail": Decimal("0.1"),
    "unpriced_share_warn": Decimal("0.8"),
    "unpriced_share_fail": Decimal(1),
    "rows_warn": 100,
    "rows_fail": 1,
    "demo_reviews": 50_000,
    "force": False,
    "shop": None,
    "trial": False,
}


DATABASE = {"source": "database", "connection": "c", "table": "t", "orders_mapping": "m"}


# Defaults
def test_defaults_are_those_of_the_contract() -> None:
    assert asdict(parse({})) == CONTRACT


def test_the_preset_lists_the_24_categories_that_are_not_electronics() -> None:
    assert len(set(NOT_ELECTRONICS)) == 24
    assert {"Books", "Pet Supplies", "Buy a Kindle"} < set(NOT_ELECTRONICS)
    assert "Computers" not in NOT_ELECTRONICS


def test_all_34_categories_of_the_data_set_are_known() -> None:
    assert len(set(CATEGORIES)) == len(CATEGORIES) == 34
    assert {"All_Beauty", "Electronics", "Unknown", "Video_Games"} < set(CATEGORIES)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_can_be_chosen(category: str) -> None:
    assert parse({"category": category}).category == category


def test_the_form_sent_unchanged_gives_the_defaults() -> None:
    form = {name: settings.json_default(name) for name in FIELDS}
    assert parse(form) == parse({})


@pytest.mark.parametrize("name", FIELDS)
def test_the_form_accepts_its_own_default(name: str) -> None:
    schema = settings.json_schema(name)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(settings.json_default(name))


@pytest.mark.parametrize("name", FIELDS)
def test_every_param_says_what_it_is(name: str) -> None:
    assert FIELDS[name]["help"].endswith(".")


@pytest.mark.parametrize("name", FIELDS)
def test_a_hostile_value_is_taken_or_told_shortly(name: str) -> None:
    for value in VALUES:
        try:
            assert len(json.dumps(getattr(parse({name: value}), name), default=str)) < 2**17
        except UserError as refused:
            assert "\n" not in str(refused)
            assert len(str(refused).encode()) < 1_500


# Values
@pytest.mark.parametrize(
    ("name", "value", "meaning"),
    [
        ("window_months", "6", 6),
        ("window_months", 6.0, 6),  # JSON has one kind of number
        ("min_price", "1.5", Decimal("1.5")),
        ("min_price", 0.1, Decimal("0.1")),  # not 0.1000000000000000055...
        ("min_price", 0, Decimal(0)),
        ("keep_unknown_category", "false", False),
        ("force", "True", True),
        ("force", "1", True),
        ("force", 0, False),
        ("k", 4, "4"),
        ("k", "50", "50"),
        ("as_of", "2023-09-14", date(2023, 9, 14)),
        ("excluded_categories", '["Books", "Baby"]', ("Books", "Baby")),
        ("excluded_categories", [], ()),
        ("excluded_categories", "", ()),
        ("excluded_categories", "Books;Arts, Crafts & Sewing", ("Books", "Arts, Crafts & Sewing")),
        ("frequency_edges", "[2, 5, 9, 20]", (2, 5, 9, 20)),
        ("recency_edges", "115;181;297;482", (115, 181, 297, 482)),
        ("monetary_edges", [0.1, 2, "3.50", 4], (Decimal("0.1"), 2, Decimal("3.5"), 4)),
        ("monetary_edges", "", ()),
        ("frequency_counts", "days", "days"),
        ("frozen_edges_from", "0123456789ab", "0123456789ab"),
        ("revision", "refs/pr/3", "refs/pr/3"),
    ],
)
def test_texts_and_json_values_get_their_types(name: str, value: object, meaning: object) -> None:
    assert getattr(parse({name: value}), name) == meaning


@pytest.mark.parametrize("name", ["files_path", "orders_mapping", "as_of", "frozen_edges_from"])
@pytest.mark.parametrize("nothing", [None, "", "null", "None"])
def test_an_empty_field_of_the_form_means_none(name: str, nothing: str | None) -> None:
    assert getattr(parse({name: nothing}), name) is None


def test_the_preset_counts_as_empty_for_another_category() -> None:
    assert parse({"category": "Books"}).excluded_categories == ()
    # As the form sends it: the preset is there, but nobody chose it.
    assert parse({"category": "Books", "excluded_categories": list(NOT_ELECTRONICS)}).excluded_categories == ()


def test_a_list_of_ones_own_counts_for_every_category() -> None:
    own = {"category": "Books", "excluded_categories": ["Audible Audiobooks"]}
    assert parse(own).excluded_categories == ("Audible Audiobooks",)


def test_what_the_presets_say_in_dollars_or_categories_of_reviews_counts_as_none_for_orders() -> None:
    orders = {"source": "orders", "files_path": "f", "orders_mapping": "m"}
    presets = {"min_price": 0.25, "excluded_categories": list(NOT_ELECTRONICS)}
    for given in (orders, orders | presets):
        assert (parse(given).min_price, parse(given).excluded_categories) == (0, ())
    own = parse({**orders, "min_price": 0.3, "excluded_categories": ["Gifts"]})
    assert (own.min_price, own.excluded_categories) == (Decimal("0.3"), ("Gifts",))


# Refusals
@pytest.mark.parametrize(
    ("raw", "name", "value", "allowed"),
    [
        ({"source": "s3"}, "source", "'s3'", "demo, huggingface, files, orders, database"),
        ({"source": None}, "source", "None", "a text"),
        ({"category": "Electronic"}, "category", "'Electronic'", "All_Beauty, Amazon_Fashion"),
        ({"revision": "-x"}, "revision", "'-x'", "commit, branch or tag"),
        (
            {"source": "files"},
            "files_path",
            "None",
            "a folder or REVIEWS,PRODUCTS when source is files; `make run` takes it as FILES=",
        ),
        ({"source": "files", "files_path": ""}, "files_path", "None", "a folder or REVIEWS,PRODUCTS"),
        (
            {"source": "orders", "orders_mapping": "m"},
            "files_path",
            "None",
            "a file, folder or glob when source is orders",
        ),
        ({"source": "orders", "files_path": "f"}, "orders_mapping", "None", "a YAML file, or YAML"),
        ({"source": "database", "connection": "c", "table": "t"}, "orders_mapping", "None", "a YAML file, or YAML"),
        ({**DATABASE, "connection": None}, "connection", "None", "the id of an Airflow connection"),
        ({**DATABASE, "connection": "a b"}, "connection", "'a b'", "the Airflow connection that leads to it"),
        ({**DATABASE, "table": None}, "query", "None", "a SELECT, or a table instead of it"),
        ({**DATABASE, "query": "SELECT 1"}, "query", "'SELECT 1'", "one of the two"),
        ({**DATABASE, "query": ["SELECT 1"]}, "query", "['SELECT 1']", "a text"),
        (
            {**DATABASE, "table": "t; DROP TABLE t"},
            "table",
            "'t; DROP TABLE t'",
            "instead of a query the table or view",
        ),
        ({"open_months": -1}, "open_months", "-1", "0 to 60"),
        ({"fetch_changed": "maybe"}, "fetch_changed", "'maybe'", "true or false"),
        ({"as_of": "14.9.2023"}, "as_of", "'14.9.2023'", "YYYY-MM-DD"),
        ({"as_of": "2023-02-30"}, "as_of", "'2023-02-30'", "YYYY-MM-DD"),
        ({"as_of": "2023-09-14T00:00:00"}, "as_of", "'2023-09-14T00:00:00'", "YYYY-MM-DD"),
        ({"window_months": 0}, "window_months", "0", "1 to 600"),
        ({"window_months": "601"}, "window_months", "601", "1 to 600"),
        ({"window_months": 1.5}, "window_months", "1.5", "a whole number"),
        ({"window_months": True}, "window_months", "True", "a whole number"),
        ({"window_months": float("inf")}, "window_months", "inf", "a whole number"),
        ({"scoring": "ntile"}, "scoring", "'ntile'", "edges, seed"),
        ({"frozen_edges_from": "latest"}, "frozen_edges_from", "'latest'", "A version of rfm_edges"),
        ({"frozen_edges_from": "0" * 12, "scoring": "seed"}, "frozen_edges_from", "'000000000000'", "edges"),
        ({"frequency_edges": [2, 3, 4]}, "frequency_edges", "[2, 3, 4]", "[2, 3, 4, 6]"),
        ({"frequency_edges": [2, 4, 3, 6]}, "frequency_edges", "[2, 4, 3, 6]", "4 rising whole numbers"),
        ({"frequency_edges": [2, 3, 3, 6]}, "frequency_edges", "[2, 3, 3, 6]", "4 rising whole numbers"),
        ({"frequency_edges": [2, 3, 4, "6"]}, "frequency_edges", "[2, 3, 4, '6']", "whole numbers"),
        ({"frequency_edges": [1, 2, 3, 4]}, "frequency_edges", "[1, 2, 3, 4]", "from 2"),
        ({"frequency_edges": "[2, 3"}, "frequency_edges", "'[2, 3'", "a JSON list"),
        ({"frequency_edges": 7}, "frequency_edges", "7", "a JSON list"),
        ({"recency_edges": [1, 2, 3]}, "recency_edges", "['1', '2', '3']", "4 rising numbers"),
        ({"recency_edges": [1, 2, 3, 3]}, "recency_edges", "['1', '2', '3', '3']", "4 rising numbers"),
        ({"recency_edges": [0, 2, 3, 4]}, "recency_edges", "['0', '2', '3', '4']", "above 0"),
        ({"recency_edges": [1, 2, 3, "soon"]}, "recency_edges", "[1, 2, 3, 'soon']", "a JSON list"),
        ({"recency_edges": [1, 2, 3, True]}, "recency_edges", "[1, 2, 3, True]", "a JSON list"),
        ({"monetary_edges": [1, 2, 4, 3]}, "monetary_edges", "['1', '2', '4', '3']", "4 rising numbers"),
        ({"monetary_edges": [1, 2, 3, 10**9 + 1]}, "monetary_edges", "['1', '2', '3', '1000000001']", "1000000000"),
        ({"monetary_edges": [1, 2, 3, 4.125]}, "monetary_edges", "['1', '2', '3', '4.125']", "at most 2 decimals"),
        ({"monetary_edges": [1, 2, 3, 4], "scoring": "seed"}, "monetary_edges", "['1', '2', '3', '4']", "scoring seed"),
        (
            {"recency_edges": [1, 2, 3, 4], "frozen_edges_from": "0" * 12},
            "recency_edges",
            "['1', '2', '3', '4']",
            "frozen_edges_from",
        ),
        ({"bins": 2}, "bins", "2", "3 to 10"),
        ({"bins": 11}, "bins", "11", "3 to 10"),
        ({"bins": 4, "frequency_edges": [2, 3]}, "frequency_edges", "[2, 3]", "3 rising whole numbers for 4 bins"),
        ({"bins": 6}, "segment_map", "'came_back'", "for 6 bins the path or the YAML of a map with `bins: 6`"),
        ({"bins": 4, "segment_map": "seed"}, "segment_map", "'seed'", "for 4 bins four_bins, the path or the YAML"),
        (
            {"segment_map": "three_bins"},
            "segment_map",
            "'three_bins'",
            "for 5 bins came_back, eleven, rfm_package, seed, the path",
        ),
        ({"bins_closed": "both"}, "bins_closed", "'both'", "left, right"),
        ({"bins_closed": "right", "scoring": "seed"}, "bins_closed", "'right'", "left with scoring seed"),
        ({"bins_closed": "right"}, "frequency_edges", "[2, 3, 4, 6]", "[1, 2, 3, 5] makes the bins that the preset"),
        ({"bins_closed": "right", "frequency_edges": [0, 2, 3, 4]}, "frequency_edges", "[0, 2, 3, 4]", "from 1"),
        ({"frequency_scoring": "ntile"}, "frequency_scoring", "'ntile'", "edges, quantiles"),
        ({"frequency_scoring": "quantiles", "scoring": "seed"}, "frequency_scoring", "'quantiles'", "scoring seed"),
        (
            {"frequency_scoring": "quantiles", "frequency_edges": [2, 3, 4, 7]},
            "frequency_edges",
            "[2, 3, 4, 7]",
            "the preset with frequency_scoring quantiles",
        ),
        (
            {"bins": 3, "recency_edges": [1, 2, 3, 4]},
            "recency_edges",
            "['1', '2', '3', '4']",
            "2 rising numbers for 3 bins",
        ),
        ({"bins": 4, "scoring": "seed"}, "bins", "4", "5 with scoring seed"),
        ({"frequency_counts": "items"}, "frequency_counts", "'items'", "orders, days, lines"),
        ({"segment_map": "twelve"}, "segment_map", "'twelve'", ", ".join(segment_map_names())),
        ({"k": "1"}, "k", "'1'", "2 to 50"),
        ({"k": "51"}, "k", "'51'", "2 to 50"),
        ({"k": "four"}, "k", "'four'", "auto"),
        ({"k": "4\n"}, "k", "'4\\n'", "2 to 50"),  # `$` of a pattern would let this pass
        ({"k_min": 1}, "k_min", "1", "2 to 50"),
        ({"k_max": 51}, "k_max", "51", "2 to 50"),
        ({"k_min": 5, "k_max": 4}, "k_min", "5", "at most k_max, which is 4"),
        ({"compare_algorithms": "some"}, "compare_algorithms", "'some'", "true or false"),
        ({"min_price": "NaN"}, "min_price", "'NaN'", "a number"),
        ({"min_price": "Infinity"}, "min_price", "'Infinity'", "a number"),
        ({"min_price": "cheap"}, "min_price", "'cheap'", "a number"),
        ({"min_price": True}, "min_price", "True", "a number"),
        ({"excluded_categories": "[Books]"}, "excluded_categories", "'[Books]'", "a JSON list"),
        ({"excluded_categories": {"Books": 1}}, "excluded_categories", "{'Books': 1}", "a JSON list"),
        ({"excluded_categories": ["Books", None]}, "excluded_categories", "None", "texts"),
        ({"keep_unknown_category": "yes"}, "keep_unknown_category", "'yes'", "true or false"),
        ({"sentiment": "some"}, "sentiment", "'some'", "true or false"),
        (DATABASE | {"sentiment": True}, "sentiment", "True", "false when source is database: orders hold no review"),
        ({"sentiment_reviews": 99}, "sentiment_reviews", "99", "100 to 10000"),
        ({"rejected_share_warn": 0.5}, "rejected_share_warn", "'0.5'", "at most rejected_share_fail, which is 0.1"),
        ({"rejected_share_fail": 1.1}, "rejected_share_fail", "1.1", "0 to 1"),
        ({"unpriced_share_warn": -0.1}, "unpriced_share_warn", "-0.1", "0 to 1"),
        ({"unpriced_share_fail": "most"}, "unpriced_share_fail", "'most'", "a number"),
        ({"rows_warn": 0}, "rows_warn", "0", "1 to 1000000000"),
        ({"rows_warn": 4, "rows_fail": 5}, "rows_warn", "4", "at least rows_fail, which is 5"),
        ({"rows_fail": 0}, "rows_fail", "0", "1 to 1000000000"),
        ({"demo_reviews": 999}, "demo_reviews", "999", "1000 to 50000000"),
        ({"force": 2}, "force", "2", "true or false"),
        ({"shop": "Books"}, "shop", "'Books'", "1 to 40 small letters"),
        ({"shop": "a__b"}, "shop", "'a__b'", "1 to 40 small letters"),
        ({"shop": "../b"}, "shop", "'../b'", "1 to 40 small letters"),
        ({"shop": "b" * 41}, "shop", repr("b" * 41), "1 to 40 small letters"),
        ({"shop": "a\u200fb"}, "shop", "'a\\u200fb'", "1 to 40 small letters"),
        ({"trial": "perhaps"}, "trial", "'perhaps'", "true or false"),
    ],
)
def test_a_refusal_names_the_param_the_value_and_what_is_allowed(
    raw: dict, name: str, value: str, allowed: str
) -> None:
    with pytest.raises(UserError) as refused:
        parse(raw)
    start, _, rest = str(refused.value).partition(" is not allowed. Allowed: ")
    assert start == f"Param {name}: {value}"
    assert allowed in rest


# The number of bins
@pytest.mark.parametrize(("bins", "name"), [(3, "three_bins"), (4, "four_bins")])
def test_a_number_of_bins_alone_brings_edges_and_a_map_that_fit(bins: int, name: str) -> None:
    form = {name: settings.json_default(name) for name in FIELDS}
    for given in ({"bins": bins}, form | {"bins": bins}):
        found = parse(given)
        assert (found.frequency_edges, found.segment_map) == (tuple(range(2, bins + 1)), name)
    right = parse({"bins": bins, "bins_closed": "right"})
    assert right.frequency_edges == tuple(range(1, bins))


def test_what_is_chosen_goes_before_what_would_fit() -> None:
    own = parse({"bins": 4, "frequency_edges": [2, 5, 9], "segment_map": "maps/mine.yaml"})
    assert (own.frequency_edges, own.segment_map) == ((2, 5, 9), "maps/mine.yaml")
    assert parse({"bins": 7, "segment_map": "maps/mine.yaml"}).frequency_edges == (2, 3, 4, 5, 6, 7)
    assert parse({"bins": 4, "frequency_scoring": "quantiles"}).segment_map == "four_bins"


def test_all_that_does_not_go_with_the_bins_is_said_at_once() -> None:
    given = {"bins": 7, "frequency_edges": [2, 3], "recency_edges": [1], "monetary_edges": [1, 2]}
    with pytest.raises(UserError, match=r"^Several params do not go with bins 7\.") as refused:
        parse(given)
    for said in (
        "frequency_edges: [2, 3]",
        "segment_map: 'came_back'",
        "recency_edges: ['1']",
        "monetary_edges: ['1',",
    ):
        assert f"Param {said}" in str(refused.value)


def test_a_map_that_there_is_not_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UserError, match=r"segment_map: 'elevn' is not allowed.* Did you mean eleven\?"):
        parse({"segment_map": "elevn"})


def test_the_table_of_refusals_has_every_param() -> None:
    mark = test_a_refusal_names_the_param_the_value_and_what_is_allowed.pytestmark[0]
    assert {row[1] for row in mark.args[1]} == set(FIELDS)


def test_a_param_that_does_not_exist_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(
        UserError, match=r"Unknown param 'kmax'\. Did you mean k_max\? Known: source, category, .*k_max"
    ):
        parse({"kmax": 3})


# What every parse of the DAG costs
def test_what_the_dag_imports_needs_nothing_beyond_the_standard_library() -> None:
    code = (
        "from segmentation.common import errors, paths; from segmentation.config import settings;"
        "from segmentation.planning import arguments, datasets;"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    )
    # -I keeps what this machine adds at every start (a sitecustomize, PYTHONPATH) out of the picture.
    start = f"import sys; sys.path.append({str(PROJECT / 'include')!r}); "
    words = [sys.executable, "-I", "-S", "-c", start + code]
    found = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    assert found == ["__main__", "segmentation"]


# Known faults
@pytest.mark.parametrize(("one", "other"), [("0.25", "0.250"), (1, 1.0), (0, "-0"), (100, "1e2")])
def test_the_spelling_of_a_price_does_not_matter(one: object, other: object) -> None:
    prices = [parse({"min_price": spelling}).min_price for spelling in (one, other)]
    assert str(prices[0]) == str(prices[1])


def test_a_refused_price_is_shown_as_it_was_given() -> None:
    with pytest.raises(UserError, match=r"^Param min_price: '?-0\.01'? is not allowed\. Allowed: 0 to 1000000"):
        parse({"min_price": -0.01})


def test_a_frequency_edge_above_the_limit_of_the_form_is_refused() -> None:
    with pytest.raises(UserError, match="frequency_edges"):
        parse({"frequency_edges": [2, 3, 4, 1_000_001]})


def test_a_list_of_numbers_can_be_written_with_semicolons() -> None:
    assert parse({"frequency_edges": "2;3;4;7"}).frequency_edges == (2, 3, 4, 7)


def test_a_price_with_more_digits_than_a_decimal_holds_is_refused() -> None:
    with pytest.raises(UserError, match="min_price"):
        parse({"min_price": "1e-50"})


def test_an_as_of_date_without_room_for_its_window_is_refused() -> None:
    with pytest.raises(UserError, match="as_of"):
        parse({"as_of": "0001-01-01", "window_months": 12})
