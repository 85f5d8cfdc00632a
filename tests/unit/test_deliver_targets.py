"""The section `deliver` of a shop's file: what may stand there, and what a mistake is told."""

import pytest

from segmentation.config.shops.targets import Fault, Target, targets_of

LONG = "a" * 63


@pytest.mark.parametrize("name", ["customers", "crm.customers", "_x9", f"{LONG}.{LONG}"])
def test_a_table_of_a_connection(name: str) -> None:
    (one,) = targets_of({"table": name, "connection": "crm"})
    assert one == Target("table", name, "crm")
    assert one.words == f"table {name} of the connection crm"


def test_files_and_a_webhook() -> None:
    files, hook, some = targets_of(
        [
            {"files": "s3://bucket/a-b/c_d/"},
            {"webhook": "/in/segments", "connection": "crm_http"},
            {"webhook": "/in/segments", "connection": "crm_http", "lists": ["champions"], "batch": 10},
        ]
    )
    assert files == Target("files", "s3://bucket/a-b/c_d", "")
    assert hook == Target("webhook", "/in/segments", "crm_http", ("all",), 500)
    assert (some.lists, some.batch) == (("champions",), 10)
    assert len({files.id, hook.id, some.id}) == 3


@pytest.mark.parametrize(
    "address", ["out", "s3://a@bucket/a", "../out", "/a/../b", "s3://bucket/a?secret=1", "file:///a", 5, ""]
)
def test_an_address_of_files_is_whole_and_holds_no_key(address: object) -> None:
    with pytest.raises(Fault, match=r"^deliver: files: .* is not allowed"):
        targets_of({"files": address})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("webhook", "segments"), ("webhook", "//evil.example/x"), ("webhook", "/a/../b"), ("webhook", "https://x/y"),
        ("webhook", "/a?b"), ("webhook", "/a@b"), ("lists", []), ("lists", ["a", "a"]), ("lists", ["../x"]),
        ("lists", "champions"), ("batch", 0), ("batch", True), ("batch", 10_001), ("batch", "5"),
    ],
)  # fmt: skip
def test_a_webhook_that_is_not_right_is_refused(key: str, value: object) -> None:
    with pytest.raises(Fault, match=rf"^deliver: {key}: .* is not allowed"):
        targets_of({"webhook": "/in", "connection": "crm_http", key: value})


def test_one_or_several_or_none() -> None:
    assert targets_of(None) == ()
    section = [{"table": "a", "connection": "crm"}, {"table": "a", "connection": "dwh"}]
    found = targets_of(section)
    assert [one.connection for one in found] == ["crm", "dwh"]
    assert len({one.id for one in found}) == 2
    assert targets_of(section) == found, "the id is the same each time"


@pytest.mark.parametrize(
    "name",
    [
        "Customers",
        "a-b",
        'a"b',
        "a; DROP TABLE b",
        "a.b.c",
        "1a",
        "",
        LONG + "a",
        "a ",
        "a\n",
        "ä",
        None,
        5,
        ["a"],
        ".",
    ],
)
def test_a_name_that_no_table_may_have_is_refused(name: object) -> None:
    with pytest.raises(Fault, match=r"^deliver: table: .* is not allowed. Allowed: a name of up to 63 small letters"):
        targets_of({"table": name, "connection": "crm"})


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ([], "deliver: it has 0 targets. Allowed: 1 to 10"),
        ([{"table": f"t{n}", "connection": "crm"} for n in range(11)], "deliver: it has 11 targets"),
        ("customers", "deliver: 'customers' is not allowed. Allowed: a mapping with one of the keys table"),
        ({"tabel": "a"}, "is not allowed. Allowed: a mapping with one of the keys table"),
        ({"table": "a"}, "deliver: connection: None is not allowed. Allowed: the id of an Airflow connection"),
        ({"table": "a", "connection": "postgres://u:p@h/d"}, "Allowed: the id of an Airflow connection, never an addr"),
        ({"table": "a", "connection": "crm", "password": "x"}, "deliver: 'password' is not a key of a table. Allowed:"),
        ([{"table": "a", "connection": "crm"}] * 2, "table a of the connection crm is there twice"),
    ],
)
def test_a_mistake_says_the_key_and_what_is_allowed(section: object, words: str) -> None:
    with pytest.raises(Fault) as caught:
        targets_of(section)
    assert words in str(caught.value)
