"""A release in a table: whole, once, of the current month only, and nobody else's rows touched."""

import multiprocessing
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from delivering_places import Place, postgres_place
from delivering_shops import AUGUST, JULY, ODD, Shop, customer, customers

from segmentation.common.errors import Unavailable, UserError
from segmentation.running.deliver import database, delivering, records, what
from segmentation.running.deliver.delivering import deliver
from segmentation.warehouse import releases

TABLE = "table: customers\nconnection: crm"
WORD = "made-up-word"  # pragma: allowlist secret
KEPT = ("user_id", "recency_days", "frequency", "monetary", "segment", "previous_segment", "segment_since", "cluster")


def delivered(place: Place, table: str = "customers", shop: str = "tea") -> list[tuple]:
    """What a shop's rows say, as texts, in order."""
    values = f"SELECT {', '.join(KEPT)} FROM {table} WHERE shop = '{shop}'"
    return sorted(tuple("" if value is None else str(value) for value in row) for row in place.ask(values))


def wanted(rows: list[dict[str, Any]], kind: str) -> list[tuple]:
    def text(name: str, value: Any) -> str:
        if name == "monetary" and kind == "sqlite":
            value = int(value) if value == int(value) else float(value)
        elif name == "monetary":
            value = f"{value:.2f}"
        return "" if value is None else str(value)

    return sorted(tuple(text(name, row[name]) for name in KEPT) for row in rows)


def count(place: Place) -> list[tuple]:
    return place.ask("SELECT shop, release_number, count(*) FROM customers GROUP BY shop, release_number ORDER BY 1, 2")


def test_a_release_is_a_table_of_its_customers(shop: Shop, place: Place) -> None:
    shop.file(TABLE)
    rows = [customer(text, segment="Can't Lose Them") for text in ODD]
    rows += [customer("moved", previous_segment="At Risk", segment_since=AUGUST), customer("none", cluster_label=None)]
    said = deliver(shop.warehouse, shop.release(AUGUST, rows), "run")
    assert said == [f"table customers of the connection crm: has the {len(rows)} customers of release 1."]
    assert delivered(place) == wanted(rows, place.kind)
    assert set(
        place.ask("SELECT shop, as_of, r_score, f_score, m_score, rfm_score, release_number FROM customers")
    ) == {("tea", AUGUST if place.kind == "postgres" else "2023-08-01", 5, 2, 3, "523", 1)}


def test_the_columns_have_types(shop: Shop, postgres: Place) -> None:
    shop.file(TABLE)
    deliver(shop.warehouse, shop.release(AUGUST, customers(2)), "run")
    columns = "information_schema.columns WHERE table_name = 'customers' ORDER BY ordinal_position"
    found = dict(postgres.ask(f"SELECT column_name, data_type FROM {columns}"))
    assert {found[name] for name in ("as_of", "segment_since")} == {"date"}
    assert (found["monetary"], found["frequency"], found["cluster"]) == ("numeric", "bigint", "integer")
    assert list(found) == list(what.COLUMNS)


def test_the_next_month_takes_the_place_of_the_shop_and_of_no_other(shop: Shop, place: Place) -> None:
    shop.file(TABLE)
    other = Shop(shop.root, made=900, name="coffee")
    other.file(TABLE)
    deliver(shop.warehouse, other.release(AUGUST, customers(7)), "run")
    deliver(shop.warehouse, shop.release(JULY, customers(5)), "run")
    assert count(place) == [("coffee", 1, 7), ("tea", 1, 5)]
    now = customers(3, segment="Champions")
    deliver(shop.warehouse, shop.release(AUGUST, now), "run")
    assert delivered(place) == wanted(now, place.kind)
    assert count(place) == [("coffee", 1, 7), ("tea", 1, 3)]


def test_a_try_again_writes_nothing(shop: Shop, postgres: Place) -> None:
    shop.file(TABLE)
    release = shop.release(AUGUST, customers(4))
    deliver(shop.warehouse, release, "run")
    before = postgres.ask("SELECT ctid, xmin, user_id FROM customers ORDER BY user_id")
    assert "stands since" in deliver(shop.warehouse, release, "run")[0]
    record = next(iter(records.folder_of(shop.warehouse, "tea", AUGUST, 1).glob("table-*.json")))
    record.unlink()  # as after a kill between the commit and the record
    deliver(shop.warehouse, release, "run")
    assert record.exists()
    assert postgres.ask("SELECT ctid, xmin, user_id FROM customers ORDER BY user_id") == before


def test_a_month_that_runs_again_with_the_same_customers_writes_nothing(shop: Shop, postgres: Place) -> None:
    shop.file(TABLE)
    first = shop.release(AUGUST, customers(4))
    deliver(shop.warehouse, first, "run")
    before = postgres.ask("SELECT ctid, xmin FROM customers")
    for number in (2, 3):
        again = shop.release(AUGUST, [], versions=first.versions)
        deliver(shop.warehouse, again, "run")
        (record,) = records.all_of(shop.warehouse, again)
        assert (again.number, record.same_as) == (number, 1)
    assert postgres.ask("SELECT ctid, xmin FROM customers") == before


def test_rows_that_somebody_removed_come_back(shop: Shop, place: Place) -> None:
    shop.file(TABLE)
    first = shop.release(AUGUST, customers(4))
    deliver(shop.warehouse, first, "run")
    if place.kind == "postgres":
        place.ask("DELETE FROM customers WHERE user_id = 'u00001'")
        deliver(shop.warehouse, shop.release(AUGUST, [], versions=first.versions), "run")
    assert delivered(place) == wanted(customers(4), place.kind)


def test_an_earlier_release_that_is_brought_back_is_delivered_again(shop: Shop, place: Place) -> None:
    shop.file(TABLE)
    first = shop.release(AUGUST, customers(4))
    deliver(shop.warehouse, first, "run")
    deliver(shop.warehouse, shop.release(AUGUST, customers(9)), "run")
    deliver(shop.warehouse, shop.release(AUGUST, [], versions=first.versions), "run")
    assert count(place) == [("tea", 3, 4)]


def test_what_is_not_current_is_passed_over(shop: Shop, place: Place) -> None:
    shop.file(TABLE)
    older = shop.release(AUGUST, customers(9))
    newer = shop.release(AUGUST, customers(4))
    deliver(shop.warehouse, newer, "run")
    july = shop.release(JULY, customers(6))
    for one in (older, july):
        assert "is not the current one" in deliver(shop.warehouse, one, "run")[0]
        assert records.all_of(shop.warehouse, one) == []
    assert count(place) == [("tea", 2, 4)]


def test_rows_of_another_warehouse_are_not_overwritten(shop: Shop, place: Place) -> None:
    shop.file(TABLE)
    deliver(shop.warehouse, shop.release(AUGUST, customers(4)), "run")
    other = Shop(shop.root / "other")
    (shop.root / "other").mkdir()
    with pytest.raises(UserError, match="holds release 1 of shop tea as of 2023-08-01, which is later"):
        deliver(other.warehouse, other.release(JULY, customers(5)), "run")
    assert count(place) == [("tea", 1, 4)]
    # The same month and number, but not the same customers: the rows say of which delivery they are.
    again = Shop(shop.root / "third", made=70)
    (shop.root / "third").mkdir()
    deliver(again.warehouse, again.release(AUGUST, customers(5)), "run")
    assert count(place) == [("tea", 1, 5)]


def test_a_shop_whose_file_asks_for_nothing_any_more_gets_nothing(shop: Shop) -> None:
    shop.file(TABLE)
    release = shop.release(AUGUST, customers(4))
    (shop.root / "shops" / "tea.yaml").unlink()
    assert deliver(shop.warehouse, release, "run") == ["shop tea has nothing to deliver to in its file any more."]


def test_the_release_of_a_run_is_found_and_a_trial_has_none(shop: Shop) -> None:
    made = [shop.release(AUGUST, customers(1)) for _ in range(2)]
    for one in made:
        assert delivering.of_run(shop.warehouse, "tea", "2023-08-01", one.run_id, one.dag_id) == one
    assert delivering.of_run(shop.warehouse, "tea", "2023-08-01", "trial", made[0].dag_id) is None
    assert delivering.of_run(shop.warehouse, "tea", "2023-07-01", made[0].run_id, made[0].dag_id) is None


def test_a_reader_never_sees_half(shop: Shop, postgres: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what.Delivery.batches, "__defaults__", (100,))
    shop.file(TABLE)
    deliver(shop.warehouse, shop.release(AUGUST, customers(1000)), "run")
    seen, ending = set(), threading.Event()

    def read() -> None:
        while not ending.is_set():
            seen.add(tuple(count(postgres)))

    reader = threading.Thread(target=read)
    reader.start()
    for number in (2, 3, 4, 5):
        deliver(shop.warehouse, shop.release(AUGUST, customers(1000 + number)), "run")
    ending.set()
    reader.join()
    assert seen <= {(("tea", 1, 1000),)} | {(("tea", number, 1000 + number),) for number in (2, 3, 4, 5)}
    assert len(seen) > 1


# Kills


def dies(owner: object, name: str, behind: bool = False, at: int = 1) -> Callable[[], None]:
    """Have a process die before, or right behind, the n-th call of something."""

    def prepare() -> None:
        real, calls = getattr(owner, name), []

        def deadly(*args: Any, **named: Any) -> Any:
            calls.append(1)
            if len(calls) == at and not behind:
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*args, **named)
            if len(calls) == at and behind:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(owner, name, deadly)

    return prepare


MOMENTS = {
    "before the table is made": dies(database.Plain, "columns"),
    "when the lock is held": dies(database.Plain, "_remove"),
    "in the middle of the rows": dies(database.Plain, "rows", at=3),
    "before the commit": dies(delivering.table, "_check"),
    "behind the commit": dies(delivering.table, "deliver", behind=True),
    "before the record has its name": dies(releases, "_name"),
    "behind the record": dies(records.Records, "keep", behind=True),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("first", [True, False], ids=["no table yet", "a month before"])
def test_a_kill_leaves_all_or_nothing_and_the_next_try_the_same_rows(
    shop: Shop, place: Place, moment: str, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what.Delivery.batches, "__defaults__", (10,))
    shop.file(TABLE)
    before: list[tuple] = []
    if not first:
        deliver(shop.warehouse, shop.release(JULY, customers(40)), "run")
        before = delivered(place)
    rows = customers(55, segment="Champions")
    release = shop.release(AUGUST, rows)

    def work() -> None:
        MOMENTS[moment]()
        deliver(shop.warehouse, release, "run")

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL, "the moment came"
    behind = moment.startswith(("behind", "before the record"))
    if not first or behind:
        assert delivered(place) == (wanted(rows, place.kind) if behind else before)
    deliver(shop.warehouse, release, "run")
    assert delivered(place) == wanted(rows, place.kind)
    assert count(place) == [("tea", 1, 55)]
    assert len(records.all_of(shop.warehouse, release)) == 1
    assert not list(records.folder_of(shop.warehouse, "tea", AUGUST, 1).glob(".draft*"))


# What goes wrong


def failure(shop: Shop, of: type[Exception]) -> str:
    release = shop.release(AUGUST, customers(25))
    with pytest.raises(of) as caught:
        deliver(shop.warehouse, release, "run")
    (note,) = records.all_of(shop.warehouse, release)
    assert note.reason and note.reason in str(caught.value)
    assert "not delivered to table" in note.words
    assert releases.current(shop.warehouse, "tea", AUGUST) == release, "the release stands"
    return str(caught.value)


def test_another_table_is_refused(shop: Shop, place: Place) -> None:
    shop.file(TABLE)
    if place.kind == "postgres":
        place.ask("CREATE TABLE customers (shop text, id text)")
        assert "has no column 'as_of', so it is another table" in failure(shop, UserError)
        assert place.ask("SELECT count(*) FROM customers") == [(0,)]


def test_what_the_role_may_not_do_is_said_at_once(shop: Shop, server: Any, connect: Any) -> None:
    place = postgres_place(server, connect)
    place.ask("DROP ROLE IF EXISTS guest")
    place.ask("CREATE ROLE guest LOGIN PASSWORD '" + WORD + "'")
    postgres_place(server, connect, login="guest", password=WORD)
    shop.file(TABLE)
    assert failure(shop, UserError).endswith("the database says: no schema has been selected to create in")
    place.ask("GRANT USAGE ON SCHEMA public TO guest")
    assert "permission denied for schema public" in failure(shop, UserError)


def test_a_wrong_password_is_said_without_it(shop: Shop, server: Any, connect: Any) -> None:
    postgres_place(server, connect, password=WORD, login="some_login")
    shop.file(TABLE)
    said = failure(shop, UserError)
    assert "authentication failed" in said
    assert not any(secret in said for secret in (WORD, "some_login", "127.0.0.1"))


def test_a_database_that_is_not_there_is_said(shop: Shop, server: Any, connect: Any) -> None:
    postgres_place(server, connect, schema="nowhere")
    shop.file(TABLE)
    assert "does not exist" in failure(shop, UserError)


def test_a_server_that_does_not_answer_is_tried_again(shop: Shop, server: Any, connect: Any) -> None:
    postgres_place(server, connect, port=1)
    shop.file(TABLE)
    assert "127.0.0.1" not in failure(shop, Unavailable)


def test_a_connection_that_nobody_has_added_is_said(shop: Shop) -> None:
    shop.file("table: customers\nconnection: nobody")
    assert "Airflow has no connection 'nobody'" in failure(shop, UserError)


def test_a_type_without_a_hook_is_said(shop: Shop, connect: Any) -> None:
    connect("crm", conn_type="oracle", host="there")
    shop.file(TABLE)
    assert "Airflow has no hook for databases of the type 'oracle'" in failure(shop, UserError)


def test_a_connection_that_breaks_in_the_middle_is_tried_again(
    shop: Shop, postgres: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what.Delivery.batches, "__defaults__", (10,))
    shop.file(TABLE)
    deliver(shop.warehouse, shop.release(JULY, customers(5)), "run")
    rows, calls = database.Plain.rows, []

    def cut_off(self: Any, batch: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            postgres.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        return rows(self, batch)

    monkeypatch.setattr(database.Plain, "rows", cut_off)
    release = shop.release(AUGUST, customers(25))
    with pytest.raises(Unavailable, match="the database says"):
        deliver(shop.warehouse, release, "run")
    assert count(postgres) == [("tea", 1, 5)]
    deliver(shop.warehouse, release, "run")
    assert count(postgres) == [("tea", 1, 25)]
    (record,) = records.all_of(shop.warehouse, release)
    assert not record.reason


def test_a_target_that_fails_keeps_no_other_from_its_turn(shop: Shop, postgres: Place, connect: Any) -> None:
    connect("gone", conn_type="sqlite", host="/nowhere/at/all.sqlite")
    shop.file("- {table: customers, connection: gone}\n- {table: customers, connection: crm}")
    release = shop.release(AUGUST, customers(25))
    with pytest.raises(UserError, match="unable to open database file"):
        deliver(shop.warehouse, release, "run")
    assert count(postgres) == [("tea", 1, 25)]
    assert sorted(bool(one.reason) for one in records.all_of(shop.warehouse, release)) == [False, True]


def test_a_release_that_knows_no_stays_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.file(TABLE)
    release = shop.release(AUGUST, customers(2))
    manifests = releases.manifests
    older = {"user_id": "string"}
    monkeypatch.setattr(
        releases, "manifests", lambda *given: [replace(one, columns=older) for one in manifests(*given)]
    )
    with pytest.raises(UserError, match="knew no stays"):
        deliver(shop.warehouse, release, "run")


def test_nothing_that_a_connection_holds_is_in_what_a_driver_says() -> None:
    from airflow.sdk import Connection

    from segmentation.running.deliver.database import in_words

    held = Connection(conn_id="crm", conn_type="sqlite", login="some_login", extra='{"sslkey": "/keys/ours.pem"}')
    with pytest.raises(UserError) as refused, in_words("deliver", held):
        raise sqlite3.OperationalError("some_login cannot read /keys/ours.pem\nand no further line")
    assert str(refused.value) == "deliver: the database says: *** cannot read ***"
