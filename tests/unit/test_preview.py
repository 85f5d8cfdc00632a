"""`make preview`: what it shows is what a run counts, in a terminal of any width, whatever the files hold."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from segmentation.common.paths import PROJECT
from segmentation.config.settings import parse
from segmentation.running.local import first_look, run
from segmentation.running.local.preview import preview
from segmentation.sources.preview.texts import clipped, table, width_of

MAPPING = {"customer": "Who", "time": "When", "order": "Order", "amount": "Sum", "only": {"State": ["paid"]}}
# ann has two orders and gave one line back, bob's day is none, cy's order was never paid, dan's is free.
ORDERS = """Who,When,Order,Sum,State
ann,2023-05-01,1,10.50,paid
ann,2023-05-01,1,-2.00,paid
ann,2023-06-02,2,20.00,paid
bob,2023-02-30,3,99.00,paid
cy,2023-06-01,4,50.00,open
dan,2023-06-03,5,0.00,paid
,2023-06-03,6,1.00,paid
"""


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    return path


def shown(capsys: pytest.CaptureFixture[str], code: int = 0, save: str | None = None, **params: Any) -> str:
    given = {name: json.dumps(value) if isinstance(value, dict) else str(value) for name, value in params.items()}
    assert preview(given, save) == code
    return " ".join(capsys.readouterr().out.split())


def test_what_counts_and_what_does_not_is_shown_with_an_example_each(
    orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(capsys, files_path=orders, orders_mapping=MAPPING)
    assert "orders.csv: 7 lines, 5 columns, delimiter a comma, header in row 1, encoding utf-8" in text
    assert "2 of 6 lines refused (33.3%), with 75.5% of the amounts that could be read:" in text
    assert "1 a time that cannot be read: row 5 of orders.csv, where the cell holds '2023-02-30'" in text
    assert "1 no customer: row 8 of orders.csv" in text
    assert "1 left out by only and except: first row 6 of orders.csv" in text
    assert "1 returns, which are ignored" in text
    assert "1 of 0.00, which free_orders: count would let count" in text
    assert "The first 2 rows that will count row customer time order amount 2 ann 2023-05-01 1 10.50 4 ann" in text
    assert "all data 2023-05-01 2023-06-03 1 2 30.50" in text
    assert "A run would fail: 2 of 6 lines were refused" in text


def test_the_window_is_shown_beside_all_data(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, files_path=orders, orders_mapping=MAPPING, as_of="2023-06-01", window_months=1)
    assert "all data 2023-05-01 2023-06-03 1 2 30.50 the run's window 2023-05-01 2023-05-31 1 1 10.50" in text


def test_how_a_column_is_read_and_why(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, files_path=orders, orders_mapping=MAPPING | {"time_zone": "Europe/Berlin"})
    assert (
        "time 'When', such as '2023-05-01'; days and times as ISO 8601 writes them; without a zone, so Europe/Berlin"
        in text
    )
    assert "amount 'Sum', such as '10.50'; decimal sign '.', settled by '10.50', which reads in no other way" in text
    assert "only 'State', lines with 'paid' count, no others" in text
    text = shown(capsys, files_path=orders, orders_mapping=MAPPING | {"decimal": "."})
    assert "decimal sign '.', as the mapping says" in text


def test_a_doubt_of_the_checks_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("Who,When,Sum\n" + "0,2023-06-01,5.00\n" * 30 + "ann,2023-06-01,5.00\n")
    text = shown(capsys, files_path=path, orders_mapping={"customer": "Who", "time": "When", "amount": "Sum"})
    assert "30 lines have a customer whose id looks like nobody: 0 (30)" in text.partition("Warnings")[2]


def test_a_table_with_a_row_for_each_customer_is_previewed_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("id,last,count,sum\nann,2023-05-01,3,30.00\nbob,2023-04-01,1,12.50\ncy,2023-04-01,none,1.00\n")
    mapping = {"level": "customer", "customer": "id", "last_order": "last", "orders": "count", "amount": "sum"}
    text = shown(capsys, files_path=path, orders_mapping=mapping, as_of="2023-04-15", rejected_share_fail=1)
    assert "row customer time orders amount 2 ann 2023-05-01 3 30.00 3 bob 2023-04-01 1 12.50" in text
    assert "1 of 3 lines refused" in text
    assert "all data 2023-04-01 2023-05-01 2 4 42.50" in text
    assert "the run 2023-04-01 2023-04-01 1 1 12.50" in text


def test_a_mapping_is_proposed_saved_and_used(orders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    orders.write_text(ORDERS.replace("Who", "Customer").replace("When", "Date").replace("Sum", "Amount"))
    target = tmp_path / "mapping.yaml"
    text = shown(capsys, files_path=orders, save=str(target))
    assert "A mapping to begin with" in text
    assert f"Saved as {target}." in text
    assert "customer: Customer\n" in target.read_text()
    again = shown(capsys, files_path=orders, orders_mapping=target)
    assert again.partition("What counts")[2] == text.partition("What counts")[2]


def test_what_has_to_be_chosen_first_ends_in_2_and_is_saved_to_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, target = tmp_path / "orders.csv", tmp_path / "mapping.yaml"
    path.write_text("customer,date,amount\nann,01/06/2023,5.00\n")
    text = shown(capsys, 2, files_path=path, save=str(target))
    assert "time_format: all times read in either way: 'd/M/yyyy' or 'M/d/yyyy'" in text
    assert "time_format: CHOOSE" in target.read_text()
    assert "time_format is 'CHOOSE'" in shown(capsys, 2, files_path=path, orders_mapping=target)
    target.write_text(target.read_text().replace("CHOOSE", "d/M/yyyy"))
    assert "all data 2023-06-01 2023-06-01 1 1 5.00" in shown(capsys, files_path=path, orders_mapping=target)


def test_a_file_that_is_there_is_not_overwritten(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = orders.with_suffix(".yaml")
    target.write_text("mine")
    assert "is there already, and is not overwritten" in shown(capsys, 2, files_path=orders, save=str(target))
    assert target.read_text() == "mine"


@pytest.mark.parametrize(
    ("params", "save", "said"),
    [
        ({"files_path": "/nowhere/orders.csv"}, None, "there is no file at /nowhere/orders.csv"),
        ({}, None, "Param files_path"),
        ({"source": "demo"}, None, "make preview is for orders"),
        ({"files_path": "{orders}", "as_of": "soon"}, None, "Param as_of"),
        ({"files_path": "{orders}", "orders_mapping": "customer: Nobody\ntime: When\namount: Sum"}, None, "'Nobody'"),
        ({"files_path": "{orders}", "orders_mapping": "shopify"}, "m.yaml", "SAVE keeps a proposed mapping"),
        ({"files_path": "{orders}"}, "mapping.txt", "ends with .yaml"),
        ({"files_path": "{orders}"}, "/nowhere/m.yaml", "there is no folder /nowhere"),
    ],
)
def test_a_mistake_is_refused_in_words(
    orders: Path, capsys: pytest.CaptureFixture[str], params: dict[str, str], save: str | None, said: str
) -> None:
    given = {name: value.replace("{orders}", str(orders)) for name, value in params.items()}
    text = shown(capsys, 2, save, **given)
    assert text.startswith("Refused: ")
    assert said in text


HOSTILE = "\x1b[31mred\x07\u202e\r"


def test_no_sign_of_a_file_steers_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    path = tmp_path / f"or{HOSTILE}ders.csv"
    rows = [f"{HOSTILE}{place},2023-06-0{place},{place}{HOSTILE},5.00,{HOSTILE}" for place in range(1, 8)]
    rows += [f"{'漢字' * 40},2023-06-01,7,5.00,x", f"ann,{HOSTILE},8,5.00,x", f"ann,2023-06-01,9,{HOSTILE},x"]
    cells = [f'"{row}"'.replace(",", '","') for row in rows]
    path.write_text("\n".join([f'customer,date,"order {HOSTILE}",amount,"product{HOSTILE}"', *cells]))
    preview({"files_path": str(path)})
    preview({"files_path": str(path), "orders_mapping": "{customer: customer, time: date, amount: amount}"})
    out = capsys.readouterr().out
    assert [line for line in out.split("\n") if not line.isprintable()] == []
    assert [line for line in out.split("\n") if width_of(line) > 80 and not line.startswith("Refused: ")] == []
    assert out.count("will count") == 2


def test_wide_signs_and_long_words_are_clipped_to_the_page() -> None:
    assert clipped("漢字漢字漢字", 8) == "漢字..."
    lines = table(["a", "n"], [["x" * 300, "1"], ["漢" * 100, "22"]], 40, right=[1])
    assert [width_of(line) for line in lines] == [40, 40, 40]


@pytest.mark.slow
def test_who_reads_only_the_beginning_gets_no_trace(orders: Path) -> None:
    command = f"{sys.executable} -m segmentation.running.local preview | true"
    env = {**os.environ, "FILES": str(orders), "PYTHONPATH": str(PROJECT / "include")}
    done = subprocess.run(command, shell=True, env=env, capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.slow
def test_a_preview_starts_neither_java_nor_airflow(orders: Path) -> None:
    """Neither is imported with what costs seconds, and a machine without Java can preview."""
    code = (
        "import json, sys; from segmentation.running.local.__main__ import main; code = main(['preview']); "
        "print(json.dumps(sorted({'airflow', 'py4j'} & set(sys.modules))), code)"
    )
    environment = {"PATH": "/nowhere", "PYTHONPATH": str(PROJECT / "include"), "JAVA_HOME": "/nowhere",
                   "FILES": str(orders), "ORDERS_MAPPING": json.dumps(MAPPING)}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "What counts" in done.stdout
    assert "airflow" not in done.stdout.splitlines()[-1]
    assert done.stdout.splitlines()[-1].endswith(" 0")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"orders_mapping": "{customer: Nobody, time: When, amount: Sum}"}, "customer is 'Nobody'"),
        ({"orders_mapping": "{custmer: Who}"}, "did you mean customer"),
        ({"segment_map": "elven", "orders_mapping": "{}"}, "elven"),
    ],
)
def test_make_run_refuses_a_typo_before_anything_is_prepared(
    orders: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, params: dict[str, str], said: str
) -> None:
    monkeypatch.setattr(run, "prepare", lambda: pytest.fail("Airflow was prepared"))
    assert run.run({"source": "orders", "files_path": str(orders), **params}) == 2
    assert said in capsys.readouterr().out


def test_make_run_goes_on_where_nothing_is_wrong(orders: Path) -> None:
    first_look.look_first(parse({"source": "orders", "files_path": str(orders), "orders_mapping": json.dumps(MAPPING)}))
    first_look.look_first(parse({"source": "demo"}))
