"""The package's own imports: no circle, and Airflow and Spark only where they belong."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_datasets import names_imported

from segmentation.common.paths import PROJECT

pytestmark = pytest.mark.slow

PACKAGE = PROJECT / "include" / "segmentation"


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}


def imports(tree: ast.Module, for_types: bool = False) -> set[str]:
    """What a module imports when it runs, also inside functions; with `for_types` also what its types need."""
    found: set[str] = set()
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        found |= names_imported(node)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not for_types:
            todo += node.orelse
        else:
            todo += ast.iter_child_nodes(node)
    return found


def reached(name: str, graph: dict[str, set[str]]) -> set[str]:
    """The modules that a module imports, and those that they import."""
    found: set[str] = set()
    todo = set(graph[name])
    while todo:
        one = todo.pop()
        found.add(one)
        todo |= graph[one] - found
    return found


def graph(for_types: bool = False) -> dict[str, set[str]]:
    return {name: imports(tree, for_types) & set(MODULES) - {"segmentation", name} for name, tree in MODULES.items()}


def test_no_module_imports_itself_by_way_of_others() -> None:
    edges = graph(for_types=True)
    # A package stands for its __init__, which Python runs before its modules; that is no circle.
    for name, seen in edges.items():
        edges[name] = {one for one in seen if not name.startswith(f"{one}.")}
    assert [name for name in edges if name in reached(name, edges)] == []


# From the ground up: a module imports from its own room and from those before it.
ROOMS = ("common", "config", "planning", "warehouse", "engine", "sources", "stages", "running", "pages")
# For other programs: what it needs of the package has to be there without Spark and Airflow.
READ = ("common", "config", "planning", "warehouse")


def room_of(name: str) -> str:
    """The room of a module; empty for the package itself."""
    return name.split(".")[1] if "." in name else ""


def upwards(edges: dict[str, set[str]]) -> set[tuple[str, str]]:
    """Imports of a room that stands above the module's own."""
    return {
        (name, one)
        for name, seen in edges.items()
        for one in seen
        if room_of(name) in ROOMS and ROOMS.index(room_of(one)) > ROOMS.index(room_of(name))
    }


def test_the_package_has_these_rooms_and_no_loose_modules() -> None:
    assert {room_of(name) for name in MODULES} == {*ROOMS, "read", ""}
    page = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `(\w+)/` \|", page.split("The rooms of")[1].split("## ")[0], re.MULTILINE)) == ROOMS


def test_a_room_imports_only_from_those_below_it() -> None:
    assert upwards(graph(for_types=True)) == set()
    assert {room_of(one) for one in graph()["segmentation.read"]} <= set(READ)


def test_an_import_upwards_would_be_found() -> None:
    edge = ("segmentation.common.paths", "segmentation.pages.listing")
    assert upwards({edge[0]: {edge[1]}, edge[1]: {edge[0]}}) == {edge}


def test_a_circle_would_be_found() -> None:
    assert "a" in reached("a", {"a": {"b"}, "b": {"c"}, "c": {"a"}})


@pytest.mark.parametrize("name", sorted(MODULES))
def test_airflow_is_imported_by_its_own_side_only(name: str) -> None:
    asks = any(one == "airflow" or one.startswith("airflow.") for one in imports(MODULES[name]))
    assert (
        not asks
        or name.split(".")[1:3] in (["running", "orchestration"], ["running", "deliver"])
        or room_of(name) == "pages"
    )


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name.split(".")[1:2] == ["warehouse"]))
def test_versions_can_be_looked_at_without_spark(name: str) -> None:
    assert not any(one.startswith("pyspark") for one in imports(MODULES[name]))


INSIDE = {"_jvm", "_jo", "_jdf", "_jsc", "_jsparkSession", "sparkContext", "rdd", "listenerBus", "SparkContext"}


def test_only_the_session_reaches_inside_spark() -> None:
    """All else is what a classic session and one of Spark Connect share."""
    jobs = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in (PROJECT / "spark_jobs").glob("*.py")}
    session = {"segmentation.engine.session", "segmentation.engine.connect.server"}
    found = {
        (name, node.attr)
        for name, tree in {**MODULES, **jobs}.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in INSIDE and name not in session
    }
    assert found == set()


@pytest.mark.parametrize("stage", ["ingest", "clean", "rfm", "kmeans", "report"])
def test_a_job_gives_spark_work_before_it_loads_what_draws_and_mllib(stage: str) -> None:
    program = (
        f"import runpy, sys; runpy.run_path('spark_jobs/{stage}.py', run_name='job')\n"
        "print([name for name in ('matplotlib', 'seaborn', 'pandas', 'pyspark.ml') if name in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "include")}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
