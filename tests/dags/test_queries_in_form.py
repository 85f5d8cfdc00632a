"""Who may choose what is read from a database: a shop's file, and not who triggers a run."""

from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException

from segmentation.common.paths import DAG_ID
from segmentation.running.orchestration import tasks

MAPPING = "{customer: who, time: ordered, amount: paid}"
GIVEN = {"source": "database", "connection": "shop_db", "query": "SELECT * FROM orders", "as_of": "2023-04-01",
         "orders_mapping": MAPPING}  # fmt: skip
ASKED = "asked for the connection"


class Dag:
    def __init__(self, dag_id: str) -> None:
        self.dag_id = dag_id


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop with a query, and an Airflow that is not asked for its connection in vain."""
    (tmp_path / "tea.yaml").write_text(
        f"params: {{source: database, connection: shop_db, query: SELECT * FROM orders, orders_mapping: '{MAPPING}'}}\n"
    )
    monkeypatch.setenv("SEGMENTATION_SHOPS", str(tmp_path))
    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(tmp_path / "warehouse"))

    def find(_: str) -> None:
        raise tasks.UserError(ASKED)

    monkeypatch.setattr(tasks, "find_connection", find)


def told(capsys: pytest.CaptureFixture[str], dag_id: str, **params: object) -> str:
    with pytest.raises(AirflowFailException):
        tasks.fetch_source({"params": {**GIVEN, **params}, "run_id": "run", "dag": Dag(dag_id)})
    return capsys.readouterr().out


TEA = f"{DAG_ID}_tea"


def test_a_run_of_the_shop_reads_what_its_file_says(capsys) -> None:
    assert ASKED in told(capsys, TEA)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("query", {"query": "SELECT * FROM salaries"}),
        ("query", {"query": None, "table": "orders"}),
        ("connection", {"connection": "another"}),
    ],
)
def test_a_triggered_run_may_not_choose_another(capsys, name: str, params: dict[str, object]) -> None:
    assert f"ERROR fetch: Param {name}: a run that is triggered may not choose it" in told(capsys, TEA, **params)


def test_the_dag_for_runs_by_hand_has_none_of_its_own(capsys) -> None:
    assert "ERROR fetch: Param connection: a run that is triggered may not choose it" in told(capsys, DAG_ID)


def test_an_operator_can_allow_it(capsys, monkeypatch) -> None:
    monkeypatch.setenv("SEGMENTATION_QUERIES_IN_FORM", "yes")
    assert ASKED in told(capsys, DAG_ID) and ASKED in told(capsys, TEA, query="SELECT * FROM others")
