"""What a Hub may answer: the truth, anything else, and more than there is room for. It is judged within limits."""

import json
from dataclasses import replace

import pytest
from hub_case import FILES, QUICK
from local_hub import LocalHub, blob_id, digest

from segmentation.common.errors import Unavailable, UserError
from segmentation.sources import REVIEWS_FOLDER, answers, copying, retries

REVIEWS = f"{REVIEWS_FOLDER}/Electronics.jsonl"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def answer(commit: object = COMMIT, **of_reviews: object) -> bytes:
    siblings: list[dict] = [
        {"rfilename": path, "size": len(data), "blobId": blob_id(data), **lfs(digest(data))}
        for path, data in FILES.items()
    ]
    for one in siblings:
        if one["rfilename"] == REVIEWS:
            one |= of_reviews
    return json.dumps({"id": "x", "sha": commit, "siblings": siblings}).encode()


def lfs(sha256: object) -> dict:
    return {"lfs": {"sha256": sha256, "size": 1, "pointerSize": 1}}


STRANGE = {
    "no JSON": b"<html>a captive portal</html>",
    "no bytes of any text": b"\xff\xfe\x00",
    "brackets": b"[" * 100_000,
    "a list": b"[]",
    "a number": b"9" * 5000,
    "nothing": b"{}",
    "a commit that climbs": answer("../../../../tmp/evil"),
    "a commit that is none": answer(5),
    "a checksum that climbs": answer(**lfs("../../../../tmp/evil")),
    "a checksum that is none": answer(**lfs(["x"])),
    "no checksum": answer(lfs=None, blobId=None),
    "a size below zero": answer(size=-1),
    "a size beyond all": answer(size=10**30),
    "a size that is a text": answer(size="1"),
    "no size": answer(size=None),
    "a name that is none": answer(rfilename=5),
    "siblings that are none": b'{"id": "x", "sha": "%s", "siblings": 5}' % COMMIT.encode(),
}


@pytest.mark.parametrize("case", STRANGE)
def test_a_strange_answer_is_told_and_nothing_is_written(hub: LocalHub, warehouse, fetch, said, case: str) -> None:
    hub.answer = STRANGE[case]
    with pytest.raises((Unavailable, UserError)) as told:
        fetch()
    assert len(str(told.value)) < 600
    assert "evil" not in str(told.value)
    assert not list(warehouse.root.rglob("*.part"))
    assert not list(warehouse.root.parent.rglob("evil*"))


def test_an_answer_without_an_end_is_not_read_to_its_end(hub: LocalHub, fetch, monkeypatch) -> None:
    hub.answer = b'{"sha": "' + b"0" * 5_000_000
    monkeypatch.setattr(answers, "MOST_BYTES", 1 << 20)
    with pytest.raises(Unavailable, match="the answer is longer than 1 MiB"):
        fetch()


def test_the_answer_that_the_tests_bend_is_a_right_one(hub: LocalHub, warehouse, fetch) -> None:
    hub.answer = answer(next(iter(hub.commits)))
    assert fetch().rows == len(FILES)


@pytest.mark.parametrize("text", ["9" * 5000, "²", "-1", "soon", "", "1e999"])
def test_a_wait_that_is_no_number_is_passed_over(hub: LocalHub, fetch, monkeypatch, text: str) -> None:
    monkeypatch.setattr(retries, "RETRY_POLICY", replace(QUICK, longest_asked_wait=0.1))
    hub.fail("get", status=503, headers={"Retry-After": text.encode("latin-1", "replace").decode("latin-1")})
    assert fetch().rows == len(FILES)


def test_a_file_whose_line_no_memory_should_hold_is_refused_while_it_comes(hub: LocalHub, fetch, monkeypatch) -> None:
    monkeypatch.setattr(copying, "LONGEST_LINE", 100_000)
    hub.commit({**FILES, REVIEWS: b"x" * 3_000_000})
    with pytest.raises(UserError, match=f"the Hub's file {REVIEWS} has a line of more than"):
        fetch()
    assert hub.count("get") == 1, "it is not tried again"
