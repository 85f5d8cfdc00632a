"""What the words at the end of a run say of the names of segments."""

from types import SimpleNamespace

import pytest

from segmentation.local import summary


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
