"""The mapping of orders: what it becomes, and that every mistake in it is told in one sentence."""

import json
from pathlib import Path

import pytest
import yaml

from segmentation.errors import UserError
from segmentation.sources.orders_mapping import COLUMNS, KEYS, read_mapping
from segmentation.sources.time_patterns import LENGTHS, fault_of, holds_zone

LEAST = {"customer": "Who", "time": "When", "amount": "Sum"}
PLAIN = {
    "columns": LEAST,
    "returns": {"negative": True, "order_prefix": None, "do": "ignore"},
    "currency": "$",
    "time_zone": "UTC",
    "time_format": None,
    "delimiter": ",",
    "encoding": "utf-8",
    "decimal": ".",
    "whole_number_ids": False,
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
    returns = {"negative": False, "order_prefix": "C", "do": "subtract"}
    constants = {
        "currency": "EUR", "time_zone": "Europe/Berlin", "time_format": "d.M.yyyy", "delimiter": ";",
        "encoding": "cp1252", "decimal": ",", "whole_number_ids": True,
    }  # fmt: skip
    given = {**columns, "returns": returns, **constants}
    assert set(given) == set(KEYS)
    assert read_mapping(json.dumps(given)) == {"columns": columns, "returns": returns, **constants}


@pytest.mark.parametrize("one", ["UTF-8", "utf8", "U8", None])
def test_spellings_of_an_encoding_are_one(one: str | None) -> None:
    assert read(encoding=one) == PLAIN


def test_an_empty_key_takes_its_default() -> None:
    assert read(order=None, returns=None, currency=None) == PLAIN


def test_quantity_and_unit_price_stand_for_the_amount() -> None:
    given = {"customer": "Who", "time": "When", "quantity": "N", "unit_price": "Each"}
    assert read_mapping(json.dumps(given))["columns"] == given


def test_a_pattern_that_reads_a_zone_needs_no_other() -> None:
    assert read(time_zone="Europe/Berlin", time_format="yyyy-MM-dd HH:mmXXX")["time_zone"] == "UTC"
    assert read(time_zone="Europe/Berlin", time_format="yyyy-MM-dd 'X' HH:mm")["time_zone"] == "Europe/Berlin"


# Mistakes
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"custommer": "Who"}, "unknown key 'custommer'; known are customer, time, amount"),
        ({"customer": None}, "customer is missing; give the column that holds it"),
        ({"time": None}, "time is missing"),
        ({"amount": None}, "the amount is missing; give amount, or both quantity and unit_price"),
        ({"amount": None, "quantity": "N"}, "the amount is missing"),
        ({"customer": 7}, "customer is 7; allowed is a text, in quotes"),
        ({"customer": ["Who"]}, "customer is ['Who']; allowed is a text"),
        ({"product": True}, "product is True; allowed is a text"),
        ({"order": ""}, "order is ''; allowed is a text"),
        ({"returns": True}, "returns is True; it takes negative, order_prefix, do"),
        ({"returns": {"prefix": "C"}}, "unknown key 'prefix' in returns; known are negative, order_prefix, do"),
        ({"returns": {"negative": "often"}}, "returns.negative is 'often'; allowed are true and false"),
        ({"returns": {"order_prefix": "C"}}, "returns.order_prefix needs the key order"),
        ({"order": "No", "returns": {"order_prefix": 9}}, "returns.order_prefix is 9; allowed is a text"),
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
        ("mapping.yaml", ": there is no file mapping.yaml"),
        ("x" * 5000, ": there is no file xxx"),  # longer than any path
        ("customer: [Who", ": this is no YAML (line 1)"),
        ("customer: Who\n\ttime: When", ": this is no YAML (line 2)"),
        ("- customer", ": this is no mapping of keys"),
        ("!!python/object:os.system {}", ": this is no YAML"),  # nothing is ever run
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
     "yyyyDDD", "dd''MM''yy"],
)  # fmt: skip
def test_a_pattern_that_spark_reads_is_taken(pattern: str) -> None:
    assert fault_of(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("YYYY-MM-dd", "'Y' is no letter"),
        ("EEE d.M.yyyy", "'E' is no letter"),
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
def test_a_pattern_that_spark_would_refuse_is_refused_before(pattern: str, fault: str) -> None:
    assert fault in (fault_of(pattern) or "")


def test_letters_of_zones_are_letters() -> None:
    assert all(holds_zone(f"yyyy-MM-dd {letter}") and letter in LENGTHS for letter in "VzOXxZ")
    assert not holds_zone("yyyy-MM-dd'Z' HH:mm")
