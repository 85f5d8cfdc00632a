"""Many damaged lines: none stops the run, and each is kept as a review or refused with its text."""

import json
from collections import Counter
from datetime import datetime

import pytest

from jobs.damaged_lines import lines, sound
from jobs.flow import Flow
from jobs.test_mistakes import product
from segmentation.sources import PRODUCTS_FOLDER, REVIEWS_FOLDER

COUNT, SEED = 20_000, 7
LONG = json.dumps({**sound(1), "text": "x" * 10_000_000}).encode()
LONG_AND_CUT = LONG[:-20]


@pytest.fixture(scope="module")
def given() -> list[bytes]:
    # The first line of a file may begin with a byte order mark, and the last may lack its end.
    first, last = json.dumps(sound(0)).encode(), json.dumps(sound(2)).encode()
    return [first, *lines(COUNT, SEED), LONG, LONG_AND_CUT, last]


@pytest.fixture(scope="module")
def flow(spark, given: list[bytes], tmp_path_factory) -> Flow:
    folder = tmp_path_factory.mktemp("damaged")
    for place, name, content in (
        (REVIEWS_FOLDER, "Electronics.jsonl", b"\xef\xbb\xbf" + b"\n".join(given)),
        (PRODUCTS_FOLDER, "meta_Electronics.jsonl", product("P1", 5.0).encode() + b"\n\n[]\r\n"),
    ):
        path = folder / "in" / place / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    params = {"source": "files", "files_path": str(folder / "in"), "rejected_share_fail": 1}
    flow = Flow(folder / "w", "2023-07-01", **params)
    flow.run("ingest")
    return flow


def as_text(line: bytes) -> str:
    return line.decode("utf-8", errors="replace")


def test_each_line_is_a_review_or_is_refused_with_its_text(flow: Flow, given: list[bytes]) -> None:
    reviews, rejected = flow.manifest("reviews").rows, flow.rows("rejected_rows")
    of_reviews = [row for row in rejected if row["file"] == "Electronics.jsonl"]
    assert reviews + len(of_reviews) == len(given)
    refused = Counter(squeezed(row["line_text"]) for row in of_reviews)
    assert refused <= Counter(squeezed(as_text(line)) for line in given), "a refused text that was not there"
    assert all(row["reason"] for row in rejected)
    assert len({row["reason"] for row in rejected}) > 8
    assert len(rejected) - len(of_reviews) == 2, "the products' empty line and array"


def squeezed(text: str) -> str:
    """Decoders differ in how many replacement characters they make of a run of wrong bytes."""
    while "\ufffd\ufffd" in text:
        text = text.replace("\ufffd\ufffd", "\ufffd")
    return text


def test_what_is_kept_has_the_values_of_pythons_json(flow: Flow, given: list[bytes]) -> None:
    refused = Counter(squeezed(row["line_text"]) for row in flow.rows("rejected_rows"))
    kept, others = Counter(), 0
    for line in given:
        if refused[squeezed(as_text(line))]:
            refused[squeezed(as_text(line))] -= 1
            continue
        row = json.loads(line.decode("utf-8").strip("\r\t \ufeff"))
        # A number or truth value where a text belongs comes as its text, which is spelled in more than one way.
        if all(isinstance(row.get(name), str) for name in ("user_id", "parent_asin", "title")):
            kept[row["user_id"], row["parent_asin"], row["timestamp"], float(row["rating"]), row["title"]] += 1
        else:
            others += 1
    found = Counter(
        (row["user_id"], row["parent_asin"], milliseconds(row["reviewed_at"]), row["rating"], row["title"])
        for row in flow.rows("reviews")
    )
    assert kept <= found
    assert sum(found.values()) - sum(kept.values()) == others
    assert sum(kept.values()) > COUNT / 10


def milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)


def test_no_sound_line_is_refused(flow: Flow) -> None:
    rejected = {row["line_text"] for row in flow.rows("rejected_rows")}
    assert not rejected & {json.dumps(sound(number)) for number in range(COUNT + 1)}
    assert LONG.decode() not in rejected
    assert LONG_AND_CUT.decode() in rejected
