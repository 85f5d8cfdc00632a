"""Lists to a webhook: signed, each batch once, whatever fails in the middle."""

import hashlib
import hmac
import json
import multiprocessing
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from delivering_shops import AUGUST, JULY, Shop, customers
from receiver import Receiver

from segmentation.common.errors import Unavailable, UserError
from segmentation.running.deliver import records, webhook
from segmentation.running.deliver.delivering import deliver

KEY = "made-up-word"  # pragma: allowlist secret
HOOK = "webhook: /segments/in\nconnection: crm_http\nlists: [everyone]\nbatch: 10"
EVERYONE = sorted(row["user_id"] for row in customers(35))


@pytest.fixture
def receiver(connect: Any) -> Iterator[Receiver]:
    found = Receiver()
    connect("crm_http", conn_type="http", host="127.0.0.1", port=found.port, schema="http", password=KEY)
    yield found
    found.close()


def test_every_customer_of_the_list_comes_once_in_signed_batches(shop: Shop, receiver: Receiver) -> None:
    shop.file(HOOK)
    said = deliver(shop.warehouse, shop.release(AUGUST, customers(35)), "run")
    assert said == ["webhook /segments/in of the connection crm_http: has the 35 rows of release 1."]
    assert receiver.customers() == EVERYONE
    assert [len(json.loads(post["body"])["rows"]) for post in receiver.posts] == [10, 10, 10, 5]
    assert len(set(receiver.keys())) == 4
    for number, post in enumerate(receiver.posts, 1):
        content, headers = json.loads(post["body"]), post["headers"]
        assert post["path"] == "/segments/in"
        told = {name: content[name] for name in ("shop", "as_of", "release_number", "list", "batch")}
        assert told == {"shop": "tea", "as_of": "2023-08-01", "release_number": 1, "list": "everyone", "batch": number}
        signed = hmac.new(KEY.encode(), post["body"], hashlib.sha256).hexdigest()
        assert headers["X-Segmentation-Signature"] == f"sha256={signed}"
        both = headers["X-Segmentation-Timestamp"].encode() + b"." + post["body"]
        signed = hmac.new(KEY.encode(), both, hashlib.sha256).hexdigest()
        assert headers["X-Segmentation-Signed-Timestamp"] == f"sha256={signed}"
    first = json.loads(receiver.posts[0]["body"])["rows"][0]
    assert (first["user_id"], first["monetary"], first["segment_since"]) == ("u00000", "0.01", "2023-07-01")


def test_all_lists_are_sent_where_none_is_named(shop: Shop, receiver: Receiver) -> None:
    shop.file("webhook: /in\nconnection: crm_http")
    deliver(shop.warehouse, shop.release(AUGUST, customers(35)), "run")
    assert {(json.loads(post["body"])["list"], len(json.loads(post["body"])["rows"])) for post in receiver.posts} == {
        ("everyone", 35), ("few", 2)
    }  # fmt: skip


@pytest.mark.parametrize("fault", [503, 500, 429, 408, "lost"])
def test_only_what_was_not_acknowledged_is_sent_again(shop: Shop, receiver: Receiver, fault: Any) -> None:
    shop.file(HOOK)
    release = shop.release(AUGUST, customers(35))
    receiver.answer = lambda number: fault if number == 3 else 204
    with pytest.raises(Unavailable):
        deliver(shop.warehouse, release, "run")
    (note,) = records.all_of(shop.warehouse, release)
    assert note.reason
    deliver(shop.warehouse, release, "run")
    keys, bodies = receiver.keys(), [post["body"] for post in receiver.posts]
    assert len(keys) == 5
    assert (keys[2], bodies[2]) == (keys[3], bodies[3]), "the same bytes under the same key"
    assert len({*keys}) == 4
    assert receiver.customers() == EVERYONE
    deliver(shop.warehouse, release, "run")
    assert len(receiver.posts) == 5


@pytest.mark.parametrize(("status", "words"), [(401, "refuses"), (404, "refuses"), (302, "elsewhere"), (307, "else")])
def test_a_refusal_and_a_redirect_are_said_at_once(shop: Shop, receiver: Receiver, status: int, words: str) -> None:
    shop.file(HOOK)
    receiver.answer = lambda number: status
    with pytest.raises(UserError, match=rf"answered {status}.*{words}"):
        deliver(shop.warehouse, shop.release(AUGUST, customers(35)), "run")
    assert len(receiver.posts) == 1


def test_nobody_there_is_tried_again_without_the_address(shop: Shop, connect: Any) -> None:
    connect("crm_http", conn_type="http", host="127.0.0.1", port=1, schema="http", password=KEY)
    shop.file(HOOK)
    with pytest.raises(Unavailable, match=r"there was no answer \(ConnectError\)") as caught:
        deliver(shop.warehouse, shop.release(AUGUST, customers(35)), "run")
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"host": "127.0.0.1", "schema": "http"}, "has no password, which is the secret"),
        ({"host": "crm.example.com", "schema": "http", "password": KEY}, "sent over https only"),
        ({"host": "ftp://crm.example.com", "password": KEY}, "no http or https address"),
        ({"password": KEY}, "no http or https address"),
    ],
)
def test_a_connection_that_is_not_right_is_said(shop: Shop, connect: Any, values: dict, words: str) -> None:
    connect("crm_http", conn_type="http", **values)
    shop.file(HOOK)
    with pytest.raises(UserError, match=words):
        deliver(shop.warehouse, shop.release(AUGUST, customers(35)), "run")


def test_a_list_that_is_not_there_is_said(shop: Shop, receiver: Receiver) -> None:
    shop.file(HOOK.replace("everyone", "nobody"))
    with pytest.raises(UserError, match=r"has no list 'nobody'. It has everyone, few"):
        deliver(shop.warehouse, shop.release(AUGUST, customers(35)), "run")
    assert receiver.posts == []


def test_a_month_that_runs_again_with_the_same_customers_sends_nothing(shop: Shop, receiver: Receiver) -> None:
    shop.file(HOOK)
    first = shop.release(AUGUST, customers(35))
    deliver(shop.warehouse, first, "run")
    again = shop.release(AUGUST, [], versions=first.versions)
    deliver(shop.warehouse, again, "run")
    assert len(receiver.posts) == 4
    (record,) = records.all_of(shop.warehouse, again)
    assert record.same_as == 1


def test_a_run_anew_goes_on_with_what_an_earlier_one_left(shop: Shop, receiver: Receiver) -> None:
    shop.file(HOOK)
    receiver.answer = lambda number: 503 if number == 3 else 200
    first = shop.release(AUGUST, customers(35))
    with pytest.raises(Unavailable):
        deliver(shop.warehouse, first, "run")
    deliver(shop.warehouse, shop.release(AUGUST, [], versions=first.versions), "run")
    assert len(receiver.posts) == 5
    assert receiver.customers() == EVERYONE


def test_other_customers_and_those_that_come_back_are_sent_anew(shop: Shop, receiver: Receiver) -> None:
    shop.file(HOOK)
    first = shop.release(AUGUST, customers(35))
    deliver(shop.warehouse, first, "run")
    deliver(shop.warehouse, shop.release(AUGUST, customers(15)), "run")
    deliver(shop.warehouse, shop.release(AUGUST, [], versions=first.versions), "run")
    assert len(receiver.posts) == len(set(receiver.keys())) == 4 + 2 + 4


def test_an_older_month_is_not_sent(shop: Shop, receiver: Receiver) -> None:
    shop.file(HOOK)
    deliver(shop.warehouse, shop.release(AUGUST, customers(35)), "run")
    deliver(shop.warehouse, shop.release(JULY, customers(35)), "run")
    assert len(receiver.posts) == 4


@pytest.mark.parametrize("moment", ["before a batch is sent", "before it is noted", "behind its note"])
@pytest.mark.parametrize("at", [1, 3, 4])
def test_a_kill_loses_no_customer_and_sends_none_under_another_key(
    shop: Shop, receiver: Receiver, moment: str, at: int
) -> None:
    shop.file(HOOK)
    release = shop.release(AUGUST, customers(35))

    def work() -> None:
        owner, name = (webhook, "_post") if "sent" in moment else (webhook.Journal, "add")
        real, calls = getattr(owner, name), []

        def deadly(*args: Any) -> Any:
            # The journal's first line is the delivery's id, which is no batch.
            calls.extend([] if len(args[-1]) == 12 else [1])
            if len(calls) == at and "behind" not in moment:
                os.kill(os.getpid(), signal.SIGKILL)
            real(*args)
            if len(calls) == at:
                os.kill(os.getpid(), signal.SIGKILL)

        setattr(owner, name, deadly)
        deliver(shop.warehouse, release, "run")

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    deliver(shop.warehouse, release, "run")
    assert receiver.customers() == EVERYONE
    assert len(set(receiver.keys())) == 4
    twice = 1 if moment == "before it is noted" else 0
    assert len(receiver.posts) == 4 + twice, "only a batch whose answer was not noted comes again, under its key"
