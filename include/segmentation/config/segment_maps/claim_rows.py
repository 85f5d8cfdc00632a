"""The claims of a map as rows, for the SQL that works out their figures."""

from collections.abc import Sequence
from typing import Any

from segmentation.config.segment_maps import Segment
from segmentation.config.segment_maps.claim_words import AT

VIEWS = {
    "claims": "segment string, claim_number int, claim string, found_words string, kind string, measure string, "
    "of_all boolean, comparison string, limit_millionths bigint",
    "claim_conditions": "segment string, claim_number int, way int, condition_number int, measure string, "
    "side string, basis string, number bigint",
}


def rows(segments: Sequence[Segment]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each view: one per claim, and one per condition of a claim."""
    claims, conditions = [], []
    for segment in segments:
        for place, claim in enumerate(segment.claims, 1):
            # What is about shares looks at spend, of which every customer has some.
            measure = claim.measure or "spend"
            claims.append(
                (segment.name, place, claim.text, claim.found, claim.kind, measure, claim.of_all, AT[claim.side],
                 claim.limit)
            )  # fmt: skip
            conditions += [
                (segment.name, place, way, number, one.measure, one.side, one.basis, one.number)
                for way, together in enumerate(claim.ways, 1)
                for number, one in enumerate(together, 1)
            ]
    return {"claims": claims, "claim_conditions": conditions}
