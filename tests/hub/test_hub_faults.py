"""A fetch from the Hub through every fault that another try can mend, with the Hub's real client."""

import re
import time
from dataclasses import replace

import pytest
from hub_case import FILES, PRODUCTS, QUICK, REVIEWS, contents, landed
from local_hub import BLOCK, SILENCE, LocalHub

from segmentation import sources
from segmentation.common.errors import Unavailable, UserError
from segmentation.config.settings import parse
from segmentation.sources import retries
from segmentation.warehouse.versions import Warehouse


def test_both_files_arrive_and_nothing_is_left_behind(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    manifest = fetch()
    assert contents(warehouse, manifest) == FILES
    assert manifest.settings["commit"] == hub.branches["main"]
    assert {name: entry["bytes"] for name, entry in manifest.files.items()} == {
        name: len(data) for name, data in FILES.items()
    }
    assert hub.sent() == sum(map(len, FILES.values()))
    assert landed(warehouse) == []
    assert not [path for path in warehouse.root.rglob("_attempts/*") if path.is_dir()]


@pytest.mark.parametrize("how", ["close", "reset", "stall"])
@pytest.mark.parametrize("uses_cdn", [False, True], ids=["hub", "cdn"])
def test_a_download_that_breaks_off_goes_on_where_it_was(
    hub: LocalHub, warehouse: Warehouse, fetch, how: str, uses_cdn: bool
) -> None:
    hub.uses_cdn = uses_cdn
    hub.fail("cdn" if uses_cdn else "get", how=how, at=0.5, times=3)
    began = time.monotonic()
    assert contents(warehouse, fetch()) == FILES
    # A half, a half of the rest, and so on: three breaks in the first file, and hardly a byte twice.
    starts = [call.first_byte for call in hub.calls if call.sent]
    assert len(starts) == 5
    assert 0 == starts[0] < starts[1] < starts[2] < starts[3]
    assert hub.sent() <= sum(map(len, FILES.values())) + 3 * BLOCK
    assert time.monotonic() - began < SILENCE, "a silence is cut short"


@pytest.mark.parametrize("how", ["close", "reset", "stall"])
def test_a_question_that_breaks_off_is_asked_again(hub: LocalHub, warehouse: Warehouse, fetch, how: str) -> None:
    hub.fail("api", how=how, times=2)
    began = time.monotonic()
    assert contents(warehouse, fetch()) == FILES
    assert hub.count("api") == 3
    assert time.monotonic() - began < SILENCE, "a silence is cut short"


@pytest.mark.parametrize("kind", ["api", "get", "cdn"])
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again(
    hub: LocalHub, warehouse: Warehouse, fetch, said: list[str], kind: str, status: int
) -> None:
    hub.uses_cdn = kind == "cdn"
    hub.fail(kind, status=status, times=3)
    assert contents(warehouse, fetch()) == FILES
    assert len([line for line in said if f"127.0.0.1 answered {status}; trying again" in line]) == 3


@pytest.mark.parametrize("kind", ["api", "get", "cdn"])
@pytest.mark.parametrize(
    "headers", [{"Retry-After": "1"}, {"RateLimit": '"api";r=0;t=1'}], ids=["Retry-After", "RateLimit"]
)
def test_who_asks_us_to_wait_is_heard(hub: LocalHub, fetch, kind: str, headers: dict[str, str]) -> None:
    hub.uses_cdn = kind == "cdn"
    hub.fail(kind, status=429, headers=headers)
    began = time.monotonic()
    fetch()
    assert time.monotonic() - began >= 1


def test_a_wait_until_a_date_is_heard_and_a_very_long_one_is_cut(
    hub: LocalHub, fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.fail("api", status=503, headers={"Retry-After": "Tue, 01 Jan 2999 00:00:00 GMT"})
    monkeypatch.setattr(retries, "RETRY_POLICY", replace(QUICK, longest_asked_wait=0.7))
    began = time.monotonic()
    fetch()
    assert 0.7 <= time.monotonic() - began < 300


def test_an_address_of_the_cdn_that_has_expired_is_asked_for_again(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    hub.uses_cdn = True
    hub.fail("cdn", status=403, times=2)
    assert contents(warehouse, fetch()) == FILES
    assert hub.count("get") == 4


def test_a_corrupt_file_is_thrown_away_and_fetched_once_more(
    hub: LocalHub, warehouse: Warehouse, fetch, said: list[str]
) -> None:
    hub.fail("get", how="corrupt")
    assert contents(warehouse, fetch()) == FILES
    assert hub.sent(REVIEWS) == 2 * len(FILES[REVIEWS])
    assert [line for line in said if "another checksum than the Hub lists" in line]


def test_a_file_that_stays_corrupt_is_refused_by_name_and_leaves_nothing(
    hub: LocalHub, warehouse: Warehouse, fetch
) -> None:
    hub.fail("get", how="corrupt", times=99)
    with pytest.raises(
        UserError, match=rf"{REVIEWS} arrived twice with a wrong checksum .* check the proxy, the mirror"
    ):
        fetch()
    assert hub.count("get") == 2
    assert landed(warehouse) == []
    assert not list(warehouse.root.rglob("version=*"))


def test_a_shorter_file_is_not_taken_and_the_right_one_is(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    hub.fail("get", how="shorten", times=2)
    assert contents(warehouse, fetch()) == FILES


def test_a_file_that_stays_shorter_ends_in_a_clear_word(hub: LocalHub, fetch) -> None:
    hub.fail("get", how="shorten", times=99)
    with pytest.raises(Unavailable, match=r"10 tries in a row .* offers 1,500,000 bytes instead of 3,000,000"):
        fetch()


def test_another_file_under_the_same_name_is_not_taken(hub: LocalHub, warehouse: Warehouse) -> None:
    def swap(line: str) -> None:
        if "downloading" in line:
            hub.commits[hub.branches["main"]][REVIEWS] = FILES[REVIEWS][::-1]

    given = parse({"source": "huggingface", "revision": "main"})
    with pytest.raises(Unavailable, match="offers another file than the Hub has listed"):
        sources.fetch(given, warehouse, "run", report=swap)
    assert landed(warehouse) == []


def test_a_server_that_does_not_continue_sends_again_and_what_is_here_is_passed_over(
    hub: LocalHub, warehouse: Warehouse, fetch
) -> None:
    hub.ignores_range = True
    hub.fail("get", how="close", at=0.5)
    assert contents(warehouse, fetch()) == FILES
    assert sum(REVIEWS in call.path for call in hub.calls) == 2


def test_a_silent_network_is_given_up_with_what_has_arrived_kept(
    hub: LocalHub, warehouse: Warehouse, fetch, said: list[str]
) -> None:
    hub.fail("get", how="close", at=0.5)
    hub.fail("get", status=503, times=99)
    with pytest.raises(
        Unavailable, match=rf"^{REVIEWS}: 10 tries in a row .* 503.*run again; what has arrived is kept"
    ):
        fetch()
    assert len(landed(warehouse)) == 2, "the part, and what the Hub has said of the commit"
    hub.faults.clear()
    assert contents(warehouse, fetch()) == FILES
    assert hub.sent(REVIEWS) <= len(FILES[REVIEWS]) + BLOCK


def test_each_byte_that_comes_counts_the_tries_anew(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    hub.fail("get", how="close", at=0.1, times=QUICK.tries + 5)
    assert contents(warehouse, fetch()) == FILES


def test_a_slow_download_is_seen_in_the_log(hub: LocalHub, fetch, said: list[str]) -> None:
    hub.bytes_per_second = 3e6
    fetch()
    lines = [line for line in said if re.search(r"MB/s, .* left", line)]
    assert len(lines) >= 5
    assert re.fullmatch(rf"{REVIEWS}: [\d.]+ % of 3\.0 MB, [\d.]+ MB/s, \d+ s left", lines[0])
    shares = [float(re.search(r"([\d.]+) %", line)[1]) for line in lines if REVIEWS in line]
    assert shares == sorted(shares)
    assert all(0 < share < 100 for share in shares)
    assert [line for line in said if f"{PRODUCTS}: complete, 400.0 kB in" in line]
    speed = float(re.search(r"([\d.]+) MB/s", next(line for line in said if "complete" in line))[1])
    assert 0.1 < speed < 3.3


def test_small_files_that_the_hub_lists_with_gits_checksum_are_checked_by_it(
    hub: LocalHub, warehouse: Warehouse, fetch
) -> None:
    hub.without_lfs = True
    hub.fail("get", how="corrupt")
    assert contents(warehouse, fetch()) == FILES
    assert hub.sent(REVIEWS) == 2 * len(FILES[REVIEWS])
