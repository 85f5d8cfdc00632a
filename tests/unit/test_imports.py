"""The package's own imports: no circle, and Airflow and Spark only where they belong."""

import ast
from pathlib import Path

import pytest
from test_datasets import names_imported

from segmentation.paths import PROJECT

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


def test_a_circle_would_be_found() -> None:
    assert "a" in reached("a", {"a": {"b"}, "b": {"c"}, "c": {"a"}})


@pytest.mark.parametrize("name", sorted(MODULES))
def test_airflow_is_imported_by_its_own_side_only(name: str) -> None:
    asks = any(one == "airflow" or one.startswith("airflow.") for one in imports(MODULES[name]))
    assert not asks or name.split(".")[1] in ("orchestration", "pages", "deliver")


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name.split(".")[1:2] == ["warehouse"]))
def test_versions_can_be_looked_at_without_spark(name: str) -> None:
    assert not any(one.startswith("pyspark") for one in imports(MODULES[name]))
    assert not any(one.split(".")[1] in ("sources", "report", "kmeans") for one in graph()[name] if "." in one)


INSIDE = {"_jvm", "_jo", "_jdf", "_jsc", "_jsparkSession", "sparkContext", "rdd", "listenerBus", "SparkContext"}


def test_only_the_session_reaches_inside_spark() -> None:
    """All else is what a classic session and one of Spark Connect share."""
    jobs = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in (PROJECT / "spark_jobs").glob("*.py")}
    session = {"segmentation.session", "segmentation.connect.server"}
    found = {
        (name, node.attr)
        for name, tree in {**MODULES, **jobs}.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in INSIDE and name not in session
    }
    assert found == set()
