"""What the checks of the data have found, in words for the report."""

from collections.abc import Iterable
from typing import Any

from segmentation.common.formatting import percent
from segmentation.config.settings import Settings
from segmentation.engine.check_limits import judged
from segmentation.warehouse.manifests import Manifest

PASSED, WARNING = "passed", "warning"


def check_rows(manifests: Iterable[Manifest], settings: Settings) -> list[dict[str, Any]]:
    """A row per check: dataset, found, limit and verdict. What fails a run has no report, so the verdict is no worse.

    A share is judged by the limits of this run; of the other checks, the manifest holds whether they passed.
    """
    rows = []
    for manifest in manifests:
        for check in manifest.checks.values():
            if "limit" in check:
                passed = not list(judged(manifest, settings, check))
                limit = _limit(settings, check["limit"])
            else:
                passed = check["passed"]
                limit = "must hold" if check["level"] == "fail" else "should hold"
            verdict = PASSED if passed else WARNING
            rows.append({"dataset": manifest.dataset, "found": check["message"], "limit": limit, "verdict": verdict})
    return rows


def _limit(settings: Settings, name: str) -> str:
    warn, fail = getattr(settings, f"{name}_warn"), getattr(settings, f"{name}_fail")
    return f"warns above {percent(warn, 1)}, stops above {percent(fail, 1)}"
