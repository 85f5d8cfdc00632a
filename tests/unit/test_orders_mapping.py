"""The mapping of orders: what it becomes, and that every mistake in it is told in one sentence."""

import json
from pathlib import Path

import pytest
import yaml

from segmentation.common.errors import UserError
from segmentation.sources.order_lines.time_patterns import fault_of
from segmentation.sources.orders_mapping import COLUMNS, DEFAULTS, KEYS, preset_names, read_mapping

LEAST = {"customer": "Who", "time": "When", "amount": "Sum"}
PLAIN = {
    "columns": LEAST,
    "level": "order",
    "order_level": [],
    "only": {},
    "except": {},
    "returns": {"negative": True, "order_prefix": None, "where": {}, "do": "ignore"},
    "free_orders": "ignore",
    "drop_equal_lines": False,
    "empty": [],
    "normalise_ids": False,
    "whole_number_ids": False,
    "currency": None,
    "decimal": None,
    "minor_units": 0,
    "time_zone": "UTC",
    "times_in": None,
    "time_format": None,
    "zone_names": {},
    "delimiter": None,
    "encoding": "utf-8",
    "header": True,
}


def read(**given: object) -> dict:
    return read_mapping(yaml.safe_dump({**LEAST, **given}))


# What it becomes
def test_what_is_left_out_takes_its_default() -> None:
    assert read() == PLAIN


def test_a_file_and_a_text_in_yaml_or_json_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "my mapping: 1.yaml"
    path.write_text("# mine\ncustomer: Who\ntime: When\namount: Sum\n", encoding="utf-8")
    texts = [str(path), "customer: Who\ntime: When\namount: Sum", "{customer: Who, time: When, amount: Sum}"]
    assert all(read_mapping(text) == PLAIN for text in [*texts, json.dumps(LEAST)])


def test_a_home_folder_may_be_written_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "m.yaml").write_text(json.dumps(LEAST), encoding="utf-8")
    assert read_mapping("~/m.yaml") == PLAIN


def test_every_key_is_taken_over() -> None:
    columns = {key: f"Column {key}" for key in COLUMNS}
    others = {
        "level": "order", "order_level": ["Column customer"], "only": {"Status": ["paid"]},
        "except": {"Test": ["", "yes"]},
        "returns": {"negative": False, "order_prefix": "C", "where": {"Type": ["Refund"]}, "do": "subtract"},
        "free_orders": "count",
        "drop_equal_lines": True, "empty": ["-", "guest"], "normalise_ids": True, "whole_number_ids": True,
        "currency": "EUR", "decimal": ",", "minor_units": 3, "time_zone": "Europe/Berlin", "times_in": "UTC",
        "time_format": "d.M.yyyy", "zone_names": {"CET": "+01:00"}, "delimiter": ";",
        "encoding": "cp1252", "header": True, "increment": "Column time",
    }  # fmt: skip
    assert set(others) == {*DEFAULTS, "increment"}
    assert {*columns, *others, "preset", "last_order", "orders"} == set(KEYS)
    assert read_mapping(json.dumps({**columns, **others})) == {"columns": columns, **others}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"empty": 0}, {"empty": ["0"]}), ({"only": {"Status": "paid"}}, {"only": {"Status": ["paid"]}}),
        ({"minor_units": True}, {"minor_units": 2}),
        ({"time_format": "epoch_ms"}, {"time_format": "epoch_milliseconds"}),
        ({"order": "No", "order_level": "Sum"}, {"order_level": ["Sum"]}),
        ({"except": {"A": [2, 1, 2]}}, {"except": {"A": ["1", "2"]}}),
        ({"time": ["Day"]}, {"columns": {**LEAST, "time": "Day"}}),
        ({"time": ["Day", "Clock"]}, {"columns": {**LEAST, "time": ["Day", "Clock"]}}),
    ],
)  # fmt: skip
def test_short_spellings_stand_for_long_ones(given: dict, found: dict) -> None:
    assert {key: read(**given)[key] for key in found} == found


def test_without_a_header_columns_are_numbers() -> None:
    given = {"customer": 1, "time": 2, "amount": 4, "only": {3: "paid"}, "header": False}
    mapping = read_mapping(json.dumps({**given, "only": {}}))
    assert mapping["columns"] == {"customer": "1", "time": "2", "amount": "4"}
    assert read_mapping(yaml.safe_dump(given))["only"] == {"3": ["paid"]}


def test_one_row_per_customer_has_its_own_columns() -> None:
    given = {"level": "customer", "customer": "Who", "last_order": "Last", "orders": "N", "amount": "Sum"}
    assert read_mapping(json.dumps(given))["columns"] == {
        "customer": "Who",
        "time": "Last",
        "orders": "N",
        "amount": "Sum",
    }


# Presets
@pytest.mark.parametrize("name", preset_names())
def test_a_preset_is_a_whole_mapping_by_its_name_or_as_a_key(name: str) -> None:
    assert read_mapping(name) == read_mapping(f"preset: {name}") == read_mapping(f" {name}\n")


def test_own_keys_stand_over_those_of_a_preset_and_null_takes_them_away() -> None:
    plain = read_mapping("shopify")
    other = read_mapping("{preset: shopify, customer: Phone, product: null, only: null}")
    assert other["columns"]["customer"] == "Phone"
    assert "product" not in other["columns"]
    assert other["only"] == {}
    assert set(other["order_level"]) == set(plain["order_level"]) - set(plain["only"]) - {"Email"} | {"Phone"}
    assert "Total" not in read_mapping("{preset: shopify, amount: Own total}")["order_level"]


def test_a_preset_that_is_none_is_named_with_those_that_are() -> None:
    with pytest.raises(UserError, match=r"preset is 'shopfy'; there are .*shopify"):
        read_mapping("preset: shopfy")


@pytest.mark.parametrize("one", ["UTF-8", "utf8", "U8", None])
def test_spellings_of_an_encoding_are_one(one: str | None) -> None:
    assert read(encoding=one) == PLAIN


def test_an_empty_key_takes_its_default() -> None:
    assert read(order=None, returns=None, currency=None) == PLAIN


def test_quantity_and_unit_price_stand_for_the_amount() -> None:
    given = {"customer": "Who", "time": "When", "quantity": "N", "unit_price": "Each"}
    assert read_mapping(json.dumps(given))["columns"] == given


def test_a_pattern_that_reads_a_zone_keeps_the_shops_calendar() -> None:
    assert read(time_zone="Europe/Berlin", time_format="yyyy-MM-dd HH:mmXXX")["time_zone"] == "Europe/Berlin"


# Mistakes
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"custommer": "Who"}, "unknown key 'custommer'; did you mean customer? Known are preset, customer, time"),
        ({"status": "paid"}, "unknown key 'status'; only: {<column>: [values]} chooses lines"),
        (
            {"customer": 3},
            "customer is 3; put it in quotes if a column has that name, or say header: false for numbers",
        ),
        ({"header": False}, "customer is 'Who'; with header: false a column is a whole number, the first is 1"),
        ({"time": []}, "time is []; allowed are up to three columns, which are joined with a blank"),
        ({"only": ["paid"]}, "only is ['paid']; it takes columns with their values, such as {Status: [paid]}"),
        ({"only": {"Status": []}}, "only has no values for 'Status'; '' stands for an empty cell"),
        ({"except": {"Test": True}}, "except: Test has True; allowed are texts, in quotes"),
        ({"order_level": ["Sum"]}, "order_level needs the key order"),
        ({"order": "No", "order_level": ["Total"]}, "order_level names 'Total', which no other key names"),
        (
            {"order": "No", "order_level": list("abcdefghi"), "only": {name: ["x"] for name in "abcdefghi"}},
            "only and except name 9 columns of order_level; allowed are 8",
        ),
        ({"order": "No", "order_level": ["No"]}, "order_level names the column of the order's id"),
        ({"level": "line"}, "level is 'line'; allowed are order and customer"),
        ({"last_order": "Last"}, "last_order is no key with level order"),
        ({"level": "customer"}, "time is no key with level customer"),
        ({"free_orders": True}, "free_orders is True; allowed are ignore and count"),
        ({"minor_units": 7}, "minor_units is 7; allowed are whole numbers from 0 to 6"),
        ({"zone_names": {"CET": "Paris"}}, "zone_names says 'CET' is 'Paris'; allowed is an IANA name"),
        ({"zone_names": "CET"}, "zone_names is 'CET'; it takes spellings with their zones"),
        ({"times_in": "EST"}, "times_in is 'EST'; allowed is an IANA name"),
        ({"drop_equal_lines": "yes"}, "drop_equal_lines is 'yes'; allowed are true and false"),
        ({"normalise_ids": 1}, "normalise_ids is 1; allowed are true and false"),
        ({"empty": [1.5]}, "empty has 1.5; allowed are texts"),
        ({"customer": None}, "customer is missing; give the column that holds it"),
        ({"time": None}, "time is missing"),
        ({"amount": None}, "the amount is missing; give amount, or both quantity and unit_price"),
        ({"amount": None, "quantity": "N"}, "the amount is missing"),
        ({"customer": 7.5}, "customer is 7.5; allowed is a text, in quotes"),
        ({"customer": ["Who"]}, "customer is ['Who']; allowed is a text"),
        ({"product": True}, "product is True; allowed is a text"),
        ({"order": ""}, "order is ''; allowed is a text"),
        ({"returns": True}, "returns is True; it takes negative, order_prefix, where, do"),
        ({"returns": {"prefix": "C"}}, "unknown key 'prefix' in returns; known are negative, order_prefix, where, do"),
        ({"returns": {"negative": "often"}}, "returns.negative is 'often'; allowed are true and false"),
        ({"returns": {"order_prefix": "C"}}, "returns.order_prefix needs the key order"),
        ({"order": "No", "returns": {"order_prefix": 9}}, "returns.order_prefix is 9; allowed is a text"),
        ({"returns": {"where": "Refund"}}, "returns.where is 'Refund'; it takes columns with their values"),
        ({"returns": {"where": {"Type": []}}}, "returns.where has no values for 'Type'"),
        (
            {"order": "No", "order_level": ["Type"], "returns": {"where": {"Type": ["Refund"]}}},
            "order_level says that 'Type' stands for the whole order, and returns.where that lines are returns",
        ),
        (
            {"order": "No", "order_level": ["Sum"], "returns": {"where": {"Type": ["Refund"]}}},
            "order_level says that 'Sum' stands for the whole order",
        ),
        ({"returns": {"do": "add"}}, "returns.do is 'add'; allowed are ignore and subtract"),
        ({"currency": 5}, "currency is 5; allowed is a text"),
        ({"currency": "nine signs"}, "currency is 'nine signs'; allowed is an ISO code or a sign"),
        ({"currency": "a\nb"}, "currency is 'a\\nb'; allowed"),
        ({"time_zone": "Europe/Mainz"}, "time_zone is 'Europe/Mainz'; allowed is an IANA name such as Europe/Berlin"),
        ({"time_zone": "../etc/passwd"}, "time_zone is '../etc/passwd'; allowed"),
        ({"time_zone": "EST"}, "time_zone is 'EST'; allowed"),
        ({"time_format": "YYYY-MM-dd"}, "time_format is 'YYYY-MM-dd', but 'Y' is no letter for reading dates"),
        ({"time_format": 3}, "time_format is 3; allowed is a text"),
        ({"delimiter": "||"}, "delimiter is '||'; allowed is one character"),
        ({"delimiter": '"'}, "delimiter is '\"'; allowed is one character"),
        ({"delimiter": 1}, "delimiter is 1; allowed is one character"),
        ({"encoding": "utf-9"}, "encoding is 'utf-9'; allowed is a name such as utf-8"),
        ({"encoding": "base64"}, "encoding is 'base64'; allowed"),  # Python's, but of bytes
        ({"decimal": ";"}, "decimal is ';'; allowed are '.' and ','"),
        ({"whole_number_ids": "yes"}, "whole_number_ids is 'yes'; allowed are true and false"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(given: dict, said: str) -> None:
    with pytest.raises(UserError) as refused:
        read(**given)
    message = str(refused.value)
    assert message.startswith(f"Param orders_mapping: {said}")
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mapping.yaml", ": there is no file"),
        ("x" * 5000, ": there is no file 'xxx"),  # longer than any path
        ("customer: [Who", ": this is no YAML (line 1)"),
        ("customer: Who\n\ttime: When", ": this is no YAML (line 2)"),
        ("- customer", ": this is no mapping of keys"),
        (
            "!!python/object:os.system {}",
            ": the tag 'tag:yaml.org,2002:python/object:os.system' in line 1 is not allowed",
        ),  # nothing is ever run
        ("null\0", ": this is no YAML"),
    ],
)
def test_what_is_no_mapping_is_said_so(text: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        read_mapping(text)
    assert str(refused.value).startswith(f"Param orders_mapping{said}")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"just a text", "this is no mapping of keys"), (b"", "this is no mapping"), (b"a: \xff", "this is no YAML"),
     (b"custommer: Who", "unknown key 'custommer'")],
)  # fmt: skip
def test_a_mistake_in_a_file_names_the_file(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_bytes(content)
    with pytest.raises(UserError) as refused:
        read_mapping(str(path))
    assert str(refused.value).startswith(f"Param orders_mapping in {path}: {said}")


# Patterns of dates
@pytest.mark.parametrize(
    "pattern",
    ["yyyy-MM-dd", "d.M.yyyy H:mm", "MM/dd/yyyy hh:mm:ss a", "MMM d, yyyy", "yyyy-MM-dd'T'HH:mm:ss[.SSS]XXX",
     "yyyyDDD", "dd''MM''yy", "EEE d.M.yyyy", "[d.M.yyyy][yyyy-MM-dd]", "yyyyMMddHHmmss"],
)  # fmt: skip
def test_a_pattern_that_can_be_read_is_taken(pattern: str) -> None:
    assert fault_of(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("YYYY-MM-dd", "'Y' is no letter"),
        ("d.M.yyyy h:mm", "h and K count to 12, so it needs an a for AM or PM"),
        ("dMyyyy", "'d' may have one digit or more, so a number may not follow it at once"),
        ("d.M.uuuu", "'u' is no letter"),
        ("d.MMMMM.yyyy", "'MMMMM' is read with 1, 2, 3, 4 of that letter"),
        ("d.M.yyyy V", "'V' is read with 2 of that letter"),
        ("d.M.yyyy 'at H:mm", "a quote is not closed"),
        ("d.M.yyyy[ H:mm", "a bracket is not closed"),
        ("d.M.yyyy {H}", "have to stand in single quotes"),
        ("H:mm", "it needs a year, a month and a day"),
        ("M.yyyy", "it needs a year, a month and a day"),
        ("d.M.", "it needs a year, a month and a day"),
        ("", "it needs a year"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str, fault: str) -> None:
    assert fault in (fault_of(pattern) or "")
