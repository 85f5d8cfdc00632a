"""The mapping that a preview proposes: what headers and cells say, and what they leave open."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from segmentation.common.errors import UserError
from segmentation.sources.order_files import find_files
from segmentation.sources.orders_mapping import read_mapping
from segmentation.sources.preview.proposal import Proposal, propose
from segmentation.sources.preview.sample import sample_of

PLAIN = "Order ID,Customer ID,Order Date,Total\n1,ann,2023-06-01,10.50\n2,bob,2023-06-02,20.00\n"


def proposed(tmp_path: Path, text: str, name: str = "orders.csv", encoding: str = "utf-8") -> Proposal:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return propose(sample_of(find_files(str(path))))


def test_headers_and_cells_make_a_mapping_that_can_be_used(tmp_path: Path) -> None:
    found = proposed(tmp_path, PLAIN)
    assert found.keys == {
        "customer": "Customer ID", "time": "Order Date", "amount": "Total", "order": "Order ID", "decimal": ".",
    }  # fmt: skip
    assert not found.open
    assert read_mapping(found.text())["columns"]["customer"] == "Customer ID"


@pytest.mark.parametrize(
    ("header", "key", "column"),
    [
        ("CustomerID", "customer", "CustomerID"),
        ("kundennummer", "customer", "kundennummer"),
        ("CUST_CODE", "customer", "CUST_CODE"),
        ("Billing Email", "customer", "Billing Email"),
    ],
)
def test_headers_are_known_however_they_are_spelled(tmp_path: Path, header: str, key: str, column: str) -> None:
    assert proposed(tmp_path, PLAIN.replace("Customer ID", header)).keys[key] == column


def test_a_day_that_reads_in_two_ways_is_asked_about_and_the_text_is_refused_until_it_is_chosen(tmp_path: Path) -> None:
    found = proposed(tmp_path, PLAIN.replace("2023-06-01", "01/06/2023").replace("2023-06-02", "02/06/2023"))
    assert list(found.open) == ["time_format"]
    assert "'d/M/yyyy' or 'M/d/yyyy'" in found.open["time_format"]
    with pytest.raises(UserError, match="time_format is 'CHOOSE'"):
        read_mapping(found.text())


def test_an_amount_that_reads_in_two_ways_is_asked_about(tmp_path: Path) -> None:
    found = proposed(tmp_path, PLAIN.replace(",", ";").replace("10.50", "1,234").replace("20.00", "2,500"))
    assert found.open == {"decimal": "'1,234' reads in two ways: decimal is '.' or ','"}
    with pytest.raises(UserError, match="decimal is 'CHOOSE'"):
        read_mapping(found.text())


def test_the_decimal_sign_is_what_the_cells_settle(tmp_path: Path) -> None:
    text = "Kunde;Datum;Betrag\nann;01.06.2023;1.234,50\nbob;13.06.2023;7,00\n"
    found = proposed(tmp_path, text)
    assert found.keys == {
        "customer": "Kunde", "time": "Datum", "amount": "Betrag", "decimal": ",", "time_format": "d.M.yyyy",
    }  # fmt: skip
    assert any(doubt.startswith("order: no column") for doubt in found.doubts)


def test_quantity_and_price_stand_for_an_amount(tmp_path: Path) -> None:
    text = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n1,A,2,2023-06-01,1.50,17\n"
    assert proposed(tmp_path, text).keys == {
        "customer": "CustomerID", "time": "InvoiceDate", "order": "InvoiceNo", "product": "StockCode",
        "quantity": "Quantity", "unit_price": "UnitPrice", "decimal": ".",
    }  # fmt: skip


def test_ids_that_were_taken_for_numbers_are_whole_again(tmp_path: Path) -> None:
    found = proposed(tmp_path, PLAIN.replace("ann", "17042.0").replace("bob", "17043.0"))
    assert found.keys["whole_number_ids"] is True
    assert any("'17042.0' were taken for '17042'" in doubt for doubt in found.doubts)
    assert "whole_number_ids" not in proposed(tmp_path, PLAIN.replace("ann", "17042.0")).keys


WHOLE = "order id,email,date,total,item\n" + "".join(
    f"{order},c{order}@x.com,2023-06-{10 + order},{order}0.50,{item}\n" for order in range(1, 5) for item in "ab"
)


def test_a_total_that_stands_on_each_row_of_its_order_is_asked_about(tmp_path: Path) -> None:
    found = proposed(tmp_path, WHOLE)
    assert list(found.open) == ["order_level"]
    assert "4 of 4 orders" in found.open["order_level"]
    with pytest.raises(UserError, match="CHOOSE"):
        read_mapping(found.text())


def test_too_few_orders_with_several_rows_to_tell_are_a_doubt(tmp_path: Path) -> None:
    found = proposed(tmp_path, "\n".join(WHOLE.splitlines()[:4]) + "\n")
    assert not found.open
    assert any("counts once with order_level: [total]" in doubt for doubt in found.doubts)


@pytest.mark.parametrize(
    ("header", "quantity", "is_doubtful"),
    [("item-price", 2, True), ("item-price", 1, False), ("Unit Price", 2, False), ("UnitPrice", 2, False),
     ("Einzelpreis", 2, False), ("Price per unit", 2, False), ("Price", 2, True)],
)  # fmt: skip
def test_a_price_that_may_be_that_of_all_pieces_is_a_doubt(
    tmp_path: Path, header: str, quantity: int, is_doubtful: bool
) -> None:
    text = f"order id,customer,date,quantity,{header}\n1,ann,2023-06-01,{quantity},9.50\n2,bob,2023-06-02,1,3.00\n"
    found = proposed(tmp_path, text)
    assert found.keys["unit_price"] == header
    assert any("that is the price of all pieces" in doubt for doubt in found.doubts) == is_doubtful


def test_amounts_that_differ_within_their_orders_are_those_of_the_lines(tmp_path: Path) -> None:
    found = proposed(tmp_path, WHOLE.replace("50,b", "70,b"))
    assert not found.open
    assert "order_level" not in found.keys


def test_statuses_of_what_was_never_paid_are_left_out_and_unknown_ones_are_named(tmp_path: Path) -> None:
    text = "id,customer,date,amount,Status\n" + "".join(
        f"{place},c{place},2023-06-01,5.00,{status}\n"
        for place, status in enumerate(["paid", "Cancelled", "refunded", "on hold"])
    )
    found = proposed(tmp_path, text)
    assert found.keys["except"] == {"Status": ["Cancelled", "refunded"]}
    assert any("'on hold' (1)" in doubt for doubt in found.doubts)


@pytest.mark.parametrize("word", ["Refund", "return", "Gutschrift", "Chargeback"])
def test_a_column_of_any_name_that_tells_refunds_from_sales_is_used(tmp_path: Path, word: str) -> None:
    text = f"id,customer,date,amount,Type\n1,ann,2023-06-01,5.00,Sale\n2,ann,2023-06-02,5.00,{word}\n"
    found = proposed(tmp_path, text)
    assert found.keys["returns"] == {"where": {"Type": [word]}, "do": "subtract"}
    assert any("these are taken off what was paid" in doubt for doubt in found.doubts)
    assert not {"returns", "except"} & set(proposed(tmp_path, text.replace(word, "Subscription")).keys)


def test_a_kind_of_line_that_never_was_a_sale_is_left_out_and_one_that_gave_money_back_is_taken_off(
    tmp_path: Path,
) -> None:
    lines = [f"{place},ann,2023-06-01,5.00,{kind}\n" for place, kind in enumerate(["Sale", "Void", "Refund"])]
    found = proposed(tmp_path, "id,customer,date,amount,Type\n" + "".join(lines))
    assert found.keys["returns"] == {"where": {"Type": ["Refund"]}, "do": "subtract"}
    assert found.keys["except"] == {"Type": ["Void"]}
    assert not any("Sale" in doubt for doubt in found.doubts)
    assert any("what is left out by it is not taken off" in doubt for doubt in found.doubts)


def test_refunds_are_only_left_out_where_an_amount_stands_for_the_whole_order(tmp_path: Path) -> None:
    lines = WHOLE.strip().splitlines()
    found = proposed(tmp_path, "\n".join([f"{lines[0]},Type", *(f"{line},Sale" for line in lines[1:]), ""]))
    assert found.keys["order_level"]
    text = "\n".join([f"{lines[0]},Type", *(f"{line},Sale" for line in lines[1:-1]), f"{lines[-1]},Refund", ""])
    found = proposed(tmp_path, text)
    assert found.keys["except"] == {"Type": ["Refund"]}
    assert "returns" not in found.keys


def test_columns_that_fit_alike_are_asked_about(tmp_path: Path) -> None:
    found = proposed(tmp_path, "Total (EUR),Total (USD),customer,date\n5.00,6.00,ann,2023-06-01\n")
    assert found.open == {"amount": "amount may be 'Total (EUR)', 'Total (USD)'"}
    assert found.keys["amount"] == "CHOOSE"


def test_what_is_missing_is_said_with_the_columns_there_are(tmp_path: Path) -> None:
    found = proposed(tmp_path, "colour,shape\nred,round\n")
    assert set(found.open) == {"customer", "time", "amount"}
    assert "'colour', 'shape'" in found.open["customer"]


def test_a_file_without_a_header_has_columns_by_number(tmp_path: Path) -> None:
    found = proposed(tmp_path, "ann@x.com;2023-06-01;10.50\nbob@x.com;2023-06-02;3.00\n")
    assert (found.keys["customer"], found.keys["time"], found.keys["header"]) == (1, 2, False)
    assert list(found.open) == ["amount"]


def test_day_and_clock_in_two_columns_are_joined(tmp_path: Path) -> None:
    text = "customer,Date,Time,amount,order\nann,13/06/2023,10:30,5.00,1\nbob,01/06/2023,9:05,5.00,2\n"
    found = proposed(tmp_path, text)
    assert (found.keys["time"], found.keys["time_format"]) == (["Date", "Time"], "d/M/yyyy H:mm")


def test_days_are_found_below_a_header_that_says_nothing(tmp_path: Path) -> None:
    found = proposed(tmp_path, PLAIN.replace("Order Date", "x1"))
    assert found.keys["time"] == "x1"
    assert any("no other column holds days" in doubt for doubt in found.doubts)


def test_an_old_encoding_is_found(tmp_path: Path) -> None:
    found = proposed(tmp_path, PLAIN.replace("ann", "Jürgen"), encoding="windows-1252")
    assert found.keys["encoding"] == "windows-1252"
    assert any(doubt.startswith("encoding") for doubt in found.doubts)


def test_a_title_and_a_semicolon_are_no_hindrance(tmp_path: Path) -> None:
    found = proposed(tmp_path, "Orders of June\n\n" + PLAIN.replace(",", ";"))
    assert found.keys["customer"] == "Customer ID"


def test_parquet_needs_no_time_format_and_no_decimal_sign(tmp_path: Path) -> None:
    day = pa.array([1_685_577_600_000_000], pa.timestamp("us", "UTC"))
    rows = pa.table({"Customer": ["ann"], "When": day, "Amount": [1.5], "nested": [{"a": 1}]})
    pq.write_table(rows, tmp_path / "orders.parquet")
    found = propose(sample_of(find_files(str(tmp_path / "orders.parquet"))))
    assert found.keys == {"customer": "Customer", "time": "When", "amount": "Amount"}


@pytest.mark.parametrize("preset", ["shopify", "stripe", "square", "woocommerce", "magento"])
def test_a_preset_that_fits_is_proposed(preset: str) -> None:
    folder = Path(__file__).parents[1] / "data" / "order_presets" / preset
    assert propose(sample_of(find_files(str(folder / "export.csv")))).keys["preset"] == preset


def test_hostile_headers_come_back_as_the_text_they_are(tmp_path: Path) -> None:
    name = "Customer ID: {x} # \x1b[31m 'y'"
    found = proposed(tmp_path, PLAIN.replace("Customer ID", name))
    assert yaml.safe_load(found.text())["customer"] == name


CUSTOMERS = (
    "customer_id,email,first_order,last_order,orders_count,total_spent\n"
    "1,a@x.com,2022-01-05,2023-05-01,3,120.50\n"
    "2,b@x.com,2023-02-01,2023-02-01,1,20.00\n"
)


def test_a_table_with_one_row_per_customer_is_told_from_orders(tmp_path: Path) -> None:
    found = proposed(tmp_path, CUSTOMERS)
    assert found.keys == {
        "level": "customer", "customer": "customer_id", "last_order": "last_order", "orders": "orders_count",
        "amount": "total_spent", "decimal": ".",
    }  # fmt: skip
    assert not found.open
    assert read_mapping(found.text())["level"] == "customer"
    assert any(doubt.startswith("level: each 'customer_id' has one row") for doubt in found.doubts)
    assert not any(doubt.startswith("order:") for doubt in found.doubts)


@pytest.mark.parametrize(
    ("header", "key"),
    [("Total Orders", "orders"), ("Anzahl Bestellungen", "orders"), ("Last Purchase Date", "last_order"),
     ("Letzte Bestellung", "last_order"), ("Lifetime Value", "amount")],
)  # fmt: skip
def test_headers_of_customers_are_known_however_they_are_spelled(tmp_path: Path, header: str, key: str) -> None:
    own = {"orders": "orders_count", "last_order": "last_order", "amount": "total_spent"}[key]
    assert proposed(tmp_path, CUSTOMERS.replace(own, header)).keys[key] == header


def test_a_customer_on_several_rows_has_orders_there(tmp_path: Path) -> None:
    assert "level" not in proposed(tmp_path, CUSTOMERS + CUSTOMERS.splitlines()[1] + "\n").keys


def test_a_column_of_orders_that_are_no_numbers_counts_none(tmp_path: Path) -> None:
    assert "level" not in proposed(tmp_path, CUSTOMERS.replace(",3,", ",A-3,")).keys


def test_what_a_table_of_customers_lacks_is_asked_for(tmp_path: Path) -> None:
    found = proposed(tmp_path, CUSTOMERS.replace("last_order", "last_seen").replace("total_spent", "points"))
    assert found.open == {
        "last_order": "last_order may be 'first_order', 'last_seen'",
        "amount": "no column looks like what was paid; there are 'customer_id', 'email', 'first_order', 'last_seen', "
        "'orders_count', 'points'",
    }
