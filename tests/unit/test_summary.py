"""What the words at the end of a run say of the names of segments."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from segmentation.running.local import summary


def claim(segment: str, number: int, held: bool | None) -> dict:
    return {
        "segment": segment,
        "claim_number": number,
        "claim": f"all are {number}",
        "held": held,
        "found": f"{number}% are",
    }


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ([], []),  # a map that claims nothing
        (
            [claim("A", 1, True), claim("B", 1, None)],
            ["", "Names: 1 segment with customers, all as the map claims of them"],
        ),
        (
            [claim("A", 2, False), claim("A", 1, False), claim("B", 1, True)],
            [
                "",
                "Names: 1 of 2 segments does not fit their customers",
                "  A: claimed is that all are 1; found: 1% are",
            ],
        ),
        (
            [claim("B", 1, False), claim("A", 1, True), claim("A", 2, False)],
            [
                "",
                "Names: 2 of 2 segments do not fit their customers",
                "  B: claimed is that all are 1; found: 1% are",
                "  A: claimed is that all are 2; found: 2% are",
            ],
        ),
    ],
)
def test_it_says_how_many_names_do_not_fit(monkeypatch: pytest.MonkeyPatch, claims: list, said: list) -> None:
    monkeypatch.setattr(summary, "table", lambda warehouse, report, name: claims if name == "segment_claims" else [])
    monkeypatch.setattr(summary, "bold", lambda text: text)
    assert summary._names(SimpleNamespace(), SimpleNamespace()) == said


def test_long_names_and_amounts_stand_beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "bold", lambda text: text)
    long = {
        "segment": "Those who came back after a very long time",
        "segment_group": "High value, and more",
        "customers": 290,
        "share": 0.0004,
        "total_monetary": Decimal("2568613024.24"),
        "share_of_total": 0.281,
    }
    none = {**long, "segment": "Lost", "customers": 0, "share": 0.0, "total_monetary": Decimal(0)}
    head, first, second = summary._segments([long, none], "EUR")
    cells = [cell.strip() for cell in first.split("  ") if cell]
    assert cells == [
        long["segment"], long["segment_group"], "290", "<0.1%", "EUR\N{NO-BREAK SPACE}2,568,613,024.24", "28.1%",
    ]  # fmt: skip
    assert [text.rindex("%") for text in (first, second)] == [len(head) - 1] * 2
    assert second.split()[:5] == ["Lost", "High", "value,", "and", "more"]
    assert "0.0%" in second
