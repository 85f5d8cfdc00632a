"""A changed rule, through Spark: what rests on it is built, nothing else is, and the old versions stay whole.

Which versions every rule and setting changes is asked without Spark, in tests/unit/test_plan.py and test_plan_rules.py.
"""

import shutil
from pathlib import Path

import pytest

from jobs.flow import Flow
from project_copy import project_copy
from segmentation.engine import stage
from segmentation.planning import plan
from segmentation.planning.datasets import STAGES, dataset
from segmentation.warehouse import releases, upkeep
from segmentation.warehouse.manifests import Manifest

AS_OF = "2023-03-01"
PARAMS = {"source": "demo", "demo_reviews": 1000, "k_max": 3}
NAMES = [name for names in list(STAGES.values())[1:] for name in names if dataset(name).is_for("reviews")]
NAMES = [name for name in NAMES if not dataset(name).only_with]
REPORT = {
    "segment_summary",
    "segment_claims",
    "segment_cluster",
    "segment_agreement",
    "segment_migration",
    "segment_movement",
    "movement_history",
    "segment_stays",
    "year_migration",
    "rfm_grid",
    "exports",
    "report",
}
CLUSTERED = {*STAGES["kmeans"], "segment_cluster", "segment_agreement", "customer_sample", "report"}


@pytest.fixture(scope="module")
def first(spark, tmp_path_factory) -> Flow:
    flow = Flow(tmp_path_factory.mktemp("warehouse"), AS_OF, **PARAMS)
    flow.run()
    return flow


@pytest.fixture(scope="module")
def old(first: Flow) -> dict[str, Manifest]:
    """What stands before any change. A plan follows the rules as they are, so it is asked once."""
    return {name: first.manifest(name) for name in NAMES}


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The datasets that are built from now on."""
    names: set[str] = set()
    build = stage._build

    def note(*given) -> None:
        names.update(given[3])
        build(*given)

    monkeypatch.setattr(stage, "_build", note)
    return names


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("sql/20_clean/reviews/281_review_days.sql", {"review_days", "rating_distribution", "report"}),
        ("sql/30_rfm/370_customer_scores.sql", {"customer_scores", "customer_rfm"} | CLUSTERED | REPORT),
    ],
)
def test_a_changed_file_builds_what_rests_on_it(
    first: Flow,
    old: dict[str, Manifest],
    built: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    expected: set[str],
) -> None:
    with project_copy(tmp_path / "project", monkeypatch) as change:
        head = (plan.PROJECT / "include" / path).read_text(encoding="utf-8").splitlines()[0]
        change(f"include/{path}", head, f"{head} ")
        changed = Flow(first.warehouse.root, AS_OF, **PARAMS)
        changed.run()
        check(old, changed, built, expected)


def check(old: dict[str, Manifest], changed: Flow, built: set[str], expected: set[str]) -> None:
    """Exactly `expected` was built, the release names the new versions, and the old ones are whole until pruned."""
    assert built == expected
    warehouse = changed.warehouse
    current = releases.current(warehouse, "demo", changed.as_of)
    assert current is not None
    for name in NAMES:
        assert (changed.manifest(name).version != old[name].version) == (name in expected), name
        assert upkeep.faults(warehouse.place_of(old[name]), old[name]) == []
        assert current.versions[name] == changed.plan.version(name)
    unneeded = {one.folder for one in upkeep.unneeded(warehouse, days=-1, keep=1)}
    assert {warehouse.place_of(old[name]) for name in expected} <= unneeded


def test_a_pruned_version_is_built_again_with_equal_rows(first: Flow, tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(first.warehouse.root, root)
    again = Flow(root, AS_OF, **PARAMS)
    lost = again.manifest("customer_rfm")
    shutil.rmtree(again.warehouse.place_of(lost))
    again.run()
    assert again.manifest("customer_rfm").rows_checksum == lost.rows_checksum
