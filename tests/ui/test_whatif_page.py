"""The page "What if": counted at once where it can be, else a trial; nothing is begun that was not asked for here."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pyarrow as pa
import pytest
from airflow.api_fastapi.core_api import security
from fastapi import HTTPException
from fastapi.testclient import TestClient
from months import AUGUST, JULY, Shop, many

from segmentation.common.paths import DAG_ID
from segmentation.config.segment_maps import parse_map
from segmentation.pages import forms, triggering, whatif
from segmentation.pages.running import DagState, LastRun
from segmentation.warehouse import releases
from segmentation.warehouse.manifests import Manifest

EVIL = "<script>alert(1)</script>\"' {{7777*7}} \u202e\u05d0"
PAGE = "/shops/electronics/what-if"
PARAMS = {
    "source": "demo",
    "bins": 3,
    "window_months": 12,
    "frequency_edges": [2, 3],
    "recency_edges": ["10", "50"],
    "monetary_edges": ["20", "50"],
    "segment_map": "three_bins",
}
ASKED = {
    "as_of": str(AUGUST),
    "bins": "3",
    "bins_closed": "left",
    "frequency_scoring": "edges",
    "frequency_edges": "2, 3",
    "recency_edges": "10, 50",
    "monetary_edges": "20, 50",
    "window_months": "12",
    "act": "show",
    "token": "the token",
}
# Days, purchases, spend, scores, segment.
CUSTOMERS = [
    (5, 4, "60.00", 3, 3, 3, "Champions"),
    (20, 4, "60.00", 2, 3, 3, "Champions"),
    (60, 1, "1.00", 1, 1, 1, "Lost"),
]
TWO = """\
bins: 3
overlaps: first_wins
segments:
  - {name: Champions, group: High value, meaning: m, action: a, rules: [{recency: 3, frequency: 3}]}
  - {name: Lost, group: Churned, meaning: m, action: a, rules: [{recency: [1, 3]}]}
"""


@pytest.fixture
def month(shop: Shop) -> Manifest:
    """A released month of three customers."""
    names = ["recency_days", "frequency", "monetary", "r_score", "f_score", "m_score", "segment"]
    columns = dict(zip(names, map(list, zip(*CUSTOMERS, strict=True)), strict=True))
    columns["monetary"] = pa.array(map(Decimal, columns["monetary"]), pa.decimal128(18, 2))
    table = pa.table({"user_id": ["ann", "bob", "cay"], **columns})
    rfm = shop.publish("customer_rfm", AUGUST, {"p.parquet": table})
    report = shop.month(AUGUST, {"ann": "Champions", "bob": "Champions", "cay": "Lost"}, released=False)
    told = replace(report, inputs={**report.inputs, "customer_rfm": rfm.version})
    files = {"report.html": "<html><body></body></html>"}
    made = shop.publish("report", AUGUST, files, told.inputs, told.settings)
    draft = shop.draft(made)
    releases.create(shop.warehouse, replace(draft, params=PARAMS))
    return made


def post(client: TestClient, map_text: str = TWO, headers: dict | None = None, **fields: object):
    return client.post(PAGE, data={**ASKED, "map": map_text, **fields}, headers=headers)


def lines(text: str) -> dict[str, list[str]]:
    """The figures of each segment on a page: customers now and then, spend now and then."""
    section = text.partition('<h2 id="segments">')[2].partition("</table>")[0]
    rows = re.findall(r'<th scope="row"[^>]*><bdi>(.*?)</bdi>(.*?)</tr>', section, re.DOTALL)
    return {html.unescape(name): re.findall(r'<span class="num">(?:<bdi>)?([^<]+)', rest) for name, rest in rows}


def test_another_map_is_counted_from_the_cells(client: TestClient, month: Manifest) -> None:
    text = post(client).text
    found = lines(text)
    assert found["Champions"] == ["2", "1", "$120", "$60"]
    assert found["Lost"] == ["1", "2", "$1", "$61"]
    assert "1 customer would move from Champions to Lost: 50.0% of those who are in Champions." in text


def test_other_edges_are_counted_from_the_values(client: TestClient, month: Manifest) -> None:
    found = lines(post(client, recency_edges="30, 50").text)
    assert found["Champions"] == ["2", "2", "$120", "$120"], "20 days are now among the best"
    found = lines(post(client, recency_edges="5, 50").text)
    assert found["Champions"] == ["2", "0", "$120", "$0"]
    assert lines(post(client, recency_edges="5, 50", bins_closed="right").text)["Champions"][1] == "1"


def test_the_page_begins_with_the_month_as_it_is(client: TestClient, month: Manifest) -> None:
    text = client.get(PAGE).text
    assert "Nothing is asked for yet that differs" in text
    assert 'name="recency_edges" value="10, 50"' in text
    assert "Begin a trial" not in text
    assert html.escape(whatif.shipped_maps()["three_bins"].splitlines()[-1].strip()[:20]) in text


def test_another_window_takes_a_run(client: TestClient, month: Manifest) -> None:
    text = post(client, window_months="24").text
    assert "Another window counts other purchases, which takes a run." in text
    assert "Begin a trial" in text
    assert lines(text) == {}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"scoring": "seed", "bins": 5, "frequency_edges": [2, 3, 4, 6], "segment_map": "eleven"}, "come from ranks"),
        ({"frozen_edges_from": "abcdefabcdef", "bins_closed": "right"}, "those of another version"),
    ],
    ids=["ranks", "frozen"],
)
def test_where_edges_say_nothing_other_ones_take_a_run(
    shop: Shop, client: TestClient, month: Manifest, params: dict, words: str
) -> None:
    left = {name: value for name, value in PARAMS.items() if not name.endswith("edges")}
    releases.create(shop.warehouse, replace(shop.draft(month), run_id="later", params={**left, **params}))
    fields = {"recency_edges": "", "monetary_edges": "", "frequency_edges": "2, 3"}
    if "scoring" in params:
        fields |= {"bins": "5", "frequency_edges": "2, 3, 4, 7"}
    answer = post(client, whatif.shipped_maps()["eleven"] if "scoring" in params else TWO, **fields)
    assert words in answer.text, answer.text[-3000:]


def test_scores_that_the_edges_do_not_explain_are_not_guessed_at(shop: Shop, client, month: Manifest) -> None:
    releases.create(
        shop.warehouse, replace(shop.draft(month), run_id="later", params={**PARAMS, "recency_edges": ["11", "20"]})
    )
    text = post(client, recency_edges="30, 60").text
    assert "The scores of this month do not follow from its edges." in text
    assert "Champions" in lines(post(client, recency_edges="11, 20").text), "its map can still be changed"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"map_text": "segments: ["}, "Segment map as written"),
        ({"map_text": TWO.replace("[1, 3]", "[1, 2]")}, "Cells in no segment"),
        ({"map_text": TWO.replace("first_wins", "refused")}, "Cells in both"),
        ({"map_text": TWO.replace("bins: 3", "bins: 4")}, "segment map as written is for 4 bins"),
        ({"bins": "4"}, "Several params do not go with bins 4"),
        ({"bins": EVIL}, "Param bins"),
        ({"frequency_edges": "3, 2"}, "Param frequency_edges"),
        ({"recency_edges": "²"}, "Param recency_edges"),
        ({"monetary_edges": "1, 2, 3, 4, 5, 6, 7"}, "Param monetary_edges"),
        ({"window_months": "0"}, "Param window_months"),
        ({"map_text": "a" * 20_001}, "20,000 are the most"),
        ({"map_text": "&a [*a, *a]"}, "Segment map as written"),
        ({"map_text": "/etc/passwd"}, "Segment map as written"),
        ({"map_text": EVIL}, "Segment map as written"),
    ],
)
def test_what_is_wrong_is_one_sentence(client: TestClient, month: Manifest, fields: dict, words: str) -> None:
    answer = post(client, **fields)
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert "<script>" not in answer.text
    assert "root:" not in answer.text
    assert lines(answer.text) == {}


def test_no_text_of_a_request_is_taken_for_a_path(client: TestClient, month: Manifest, tmp_path, monkeypatch) -> None:
    (tmp_path / "map.yaml").write_text(TWO)
    monkeypatch.chdir(tmp_path)
    for text in (str(tmp_path / "map.yaml"), "map.yaml", "eleven", "../include/segment_maps/eleven.yaml"):
        assert post(client, text).status_code == 422


def test_a_map_that_comes_along_is_chosen_with_its_bins(client: TestClient, month: Manifest) -> None:
    text = post(client, "", act="choose", shipped="four_bins").text
    assert '<option value="4" selected>' in text
    assert "Segments now and then" not in text, "four bins have other edges, which are not given"
    assert 'value="2, 3, 4"' in post(client, "", act="choose", shipped="four_bins", recency_edges="", monetary_edges="",
                                     frequency_edges="2, 3, 4").text  # fmt: skip


def test_ticked_cells_go_to_another_segment_and_the_map_is_a_file(client: TestClient, month: Manifest) -> None:
    text = post(client, act="give", cell=["233", "133"], to="Champions").text
    assert lines(text)["Champions"] == ["2", "2", "$120", "$120"]
    written = html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", text, re.DOTALL)[1])
    answer = post(client, written, act="download")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="segment-map.yaml"'
    segments = {one.name: set(one.cells) for one in parse_map(answer.text, "t", 3)}
    assert segments["Champions"] == {"331", "332", "333", "233", "133"}
    for wrong in ({"cell": ["999"], "to": "Champions"}, {"cell": ["111"], "to": EVIL}):
        assert post(client, act="give", **wrong).status_code == 422


def test_names_on_the_page_are_escaped(client: TestClient, month: Manifest) -> None:
    evil = "<b>&\"'{{7*7}}"
    quoted = evil.replace('"', '\\"')
    text = post(client, TWO.replace("name: Lost", f'name: "{quoted}"')).text
    assert "<b>&" not in text
    assert html.escape(evil, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in text


def running(dags: dict, paused: bool = False) -> None:
    dags[DAG_ID] = DagState(paused, LastRun("r", "success", datetime(2026, 1, 1, tzinfo=UTC)))


def test_a_trial_is_begun_with_what_was_asked_and_is_known_afterwards(
    client: TestClient, month: Manifest, begun: list, audited: list, dags: dict
) -> None:
    running(dags)
    answer = post(client, act="trial", window_months="24")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"what-if?as_of={AUGUST}&begun=1"
    ((dag_id, params),) = begun
    assert dag_id == DAG_ID
    wanted = {"trial": True, "as_of": str(AUGUST), "shop": "electronics", "window_months": 24, "source": "demo"}
    assert {name: params[name] for name in wanted} == wanted
    assert parse_map(params["segment_map"], "t", 3)
    assert params["recency_edges"] == [10, 50]
    assert audited == [("trigger_trial", DAG_ID, {"shop": "electronics", "as_of": str(AUGUST)})]
    assert "A trial has begun." in client.get(f"{PAGE}?as_of={AUGUST}&begun=1").text


def test_nothing_else_begins_a_run(client: TestClient, month: Manifest, begun: list, dags: dict) -> None:
    running(dags)
    assert post(client, act="trial", token="another").status_code == 403
    assert post(client, act="trial", token="").status_code == 403
    assert post(client, act="trial", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert post(client, act="trial", bins="9").status_code == 422
    for act in ("show", "choose", "give", "download", "", "begin"):
        post(client, act=act, to="Lost")
    client.get(f"{PAGE}?act=trial&token=the+token&as_of={AUGUST}")
    running(dags, paused=True)
    answer = post(client, act="trial")
    assert answer.status_code == 409
    assert "is paused" in answer.text
    dags.clear()
    assert post(client, act="trial").status_code == 409
    assert begun == []


@pytest.mark.parametrize("seen", [{f"{DAG_ID}_books"}], ids=["another shop's"])
def test_another_shops_page_is_not_there(shop: Shop, client: TestClient, month, begun: list, dags, seen) -> None:
    running(dags)
    shop.release(shop.month(JULY, many(1)), title="Books", name="books", dag_id=f"{DAG_ID}_books")
    assert post(client, act="trial").status_code == 404
    assert client.get(PAGE).status_code == 404
    assert begun == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"a=" + b"b" * 200_001, forms.FORM, 413),
        (b"&".join([b"cell=1"] * 1_501), forms.FORM, 422),
        (b"map=%ff%fe", forms.FORM, 422),
        (b"\xff", forms.FORM, 422),
        (b"{}", "application/json", 415),
        (b"", forms.FORM, 422),
        (b"as_of=2023-13-01", forms.FORM, 422),
        (b"as_of=2023-01-01", forms.FORM, 404),
    ],
)
def test_odd_forms_are_refused(client: TestClient, month, content: bytes, kind: str, status: int) -> None:
    answer = client.post(PAGE, content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_who_may_not_trigger_begins_nothing(monkeypatch) -> None:
    asked = []
    manager = SimpleNamespace(is_authorized_dag=lambda **named: asked.append(named) or False)
    monkeypatch.setattr(security, "get_auth_manager", lambda: manager)
    monkeypatch.setattr(security.DagModel, "get_team_name", lambda dag_id: None)
    users = [SimpleNamespace(get_id=lambda n=n: n, get_name=lambda: "ann") for n in ("1", "2")]
    one, other = map(triggering.the_trigger, users)
    assert one.token != other.token
    assert one.token == triggering.the_trigger(users[0]).token
    with pytest.raises(HTTPException, match="not of these pages"):
        one.check("a_dag", other.token)
    with pytest.raises(HTTPException, match="may not trigger"):
        one.check("a_dag", one.token)
    assert [(one["method"], one["access_entity"].name, one["details"].id) for one in asked] == [
        ("POST", "RUN", "a_dag")
    ]
