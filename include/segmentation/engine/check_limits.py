"""Limits on what is normal: measured when a version is made, judged whenever a run rests on it.

A limit is a pair of params, `<name>_warn` and `<name>_fail`. It makes no rows, so it is no part of a version: a run
with stricter limits judges the versions that stand, and one that fails leaves them to be looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from segmentation.config.settings import Settings
from segmentation.warehouse.manifests import Manifest

WARN, FAIL = "warn", "fail"


@dataclass(frozen=True)
class Verdict:
    """A limit that a version passes over. level: warn or fail. of_rows: there are too few rows."""

    level: str
    text: str
    of_rows: bool = False


def verdicts(manifest: Manifest, settings: Settings, must_have_rows: bool) -> Iterator[Verdict]:
    """What a version's figures break of the run's limits. `must_have_rows`: the limit on rows counts for it."""
    for check in manifest.checks.values():
        if "limit" in check:
            yield from judged(manifest, settings, check)
    if must_have_rows:
        for level in (FAIL, WARN):
            least = getattr(settings, f"rows_{level}")
            if manifest.rows < least:
                found = f"only {manifest.rows:,}" if manifest.rows else "no"
                text = f"{manifest.dataset} has {found} rows; param rows_{level} is {least:,}."
                yield Verdict(level, text, of_rows=True)
                return


def judged(manifest: Manifest, settings: Settings, check: dict[str, Any]) -> Iterator[Verdict]:
    """What the figure of one check with a limit breaks."""
    name, figure = check["limit"], Decimal(str(check["figure"]))
    for level in (FAIL, WARN):
        most = getattr(settings, f"{name}_{level}")
        if figure > most:
            words = f"{name} of {manifest.dataset} is {figure}; param {name}_{level} is {most}. {check['message']}."
            yield Verdict(level, words)
            return
