"""What the user must mend is told in one sentence; the token stays secret; proxies and mirrors are used."""

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from hub_case import FILES, PRODUCTS, REVIEWS, contents, landed
from local_hub import LocalHub
from local_proxy import LocalProxy

from segmentation.common.errors import Unavailable, UserError
from segmentation.config.settings import CATEGORIES, PINNED_REVISION, json_default, parse
from segmentation.warehouse.versions import Warehouse

TOKEN = "hf_secret0123456789abcdefghijklmnop"


def refusal(warehouse: Warehouse, fetch, **given: object) -> str:
    with pytest.raises(UserError) as refused:
        fetch(**given)
    assert "\n" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert landed(warehouse) == []
    assert not list(warehouse.root.rglob("version=*"))
    return str(refused.value)


# What the user must mend
def test_a_revision_that_does_not_exist(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    message = refusal(warehouse, fetch, revision="v9")
    assert "Param revision: 'v9' is no commit, branch or tag" in message
    assert PINNED_REVISION in message
    assert hub.count("api") == 1, "there is nothing to wait for"


def test_a_dataset_that_does_not_exist(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    hub.repo = "somebody/else"
    message = refusal(warehouse, fetch)
    assert "has no dataset McAuley-Lab/Amazon-Reviews-2023" in message
    assert "HF_ENDPOINT" in message
    assert "without a token" in message


@pytest.mark.parametrize(("kind", "name"), [("reviews", REVIEWS), ("products", PRODUCTS)])
def test_a_file_that_the_revision_lacks(hub: LocalHub, warehouse: Warehouse, fetch, kind: str, name: str) -> None:
    hub.commit({path: data for path, data in FILES.items() if path != name})
    message = refusal(warehouse, fetch)
    assert f"Param category: 'Electronics' has no {kind} file {name} in" in message
    assert "at revision 'main'" in message


def test_a_file_that_is_gone_when_it_is_fetched(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    hub.fail("get", status=404, headers={"X-Error-Code": "EntryNotFound"})
    assert f"has no file {REVIEWS} at revision" in refusal(warehouse, fetch)
    assert hub.count("get") == 1


def test_a_dataset_behind_terms(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    hub.gated = True
    message = refusal(warehouse, fetch)
    assert "wants its terms accepted first" in message
    assert "huggingface_default" in message
    assert "HF_TOKEN" in message
    hub.tokens.add(TOKEN)
    assert contents(warehouse, fetch(token=TOKEN)) == FILES


def test_a_token_that_is_refused(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    message = refusal(warehouse, fetch, token=TOKEN)
    assert "refused access" in message
    assert "(401)" in message
    assert "the token of the Airflow connection huggingface_default" in message
    assert TOKEN not in message
    assert hub.count("api") == 1


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_answer_that_no_try_will_change(hub: LocalHub, warehouse: Warehouse, fetch, status: int) -> None:
    hub.fail("api", status=status, times=99)
    assert str(status) in refusal(warehouse, fetch)
    assert hub.count("api") == 1


@pytest.mark.parametrize("endpoint", ["huggingface.co", "ftp://hub", "http://", "http://hub:one"])
def test_an_endpoint_that_is_no_address(warehouse: Warehouse, fetch, monkeypatch, endpoint: str) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    assert "Variable HF_ENDPOINT" in refusal(warehouse, fetch)


def test_nobody_at_the_endpoint_is_no_mistake_of_the_params(warehouse: Warehouse, fetch, monkeypatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(Unavailable, match=r"10 tries in a row .*Connection refused.*network and the proxy"):
        fetch()


def test_all_categories_can_be_chosen_and_the_default_is_pinned() -> None:
    assert len(CATEGORIES) == 34
    assert {parse({"source": "huggingface", "category": name}).category for name in CATEGORIES} == set(CATEGORIES)
    assert json_default("category") == "Electronics"
    assert json_default("revision") == "2b6d039ed471f2ba5fd2acb718bf33b0a7e5598e"


# The token
@pytest.mark.parametrize("place", ["connection", "HF_TOKEN"])
def test_the_token_reaches_the_hub_and_nothing_else(
    hub: LocalHub, warehouse: Warehouse, fetch, said: list[str], monkeypatch, caplog, capfd, place: str
) -> None:
    hub.tokens.add(TOKEN)
    hub.gated = hub.uses_cdn = True
    hub.fail("api", status=500)
    hub.fail("get", status=429)
    hub.fail("cdn", how="reset")
    if place == "HF_TOKEN":
        monkeypatch.setenv("HF_TOKEN", TOKEN)
    with caplog.at_level("DEBUG"):
        fetch(token=TOKEN if place == "connection" else None)
    sent = {call.kind: call.headers.get("authorization") for call in hub.calls}
    assert sent == {"api": f"Bearer {TOKEN}", "get": f"Bearer {TOKEN}", "cdn": None}
    out, err = capfd.readouterr()
    assert TOKEN not in "".join([*said, caplog.text, out, err])
    for path in warehouse.root.rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes()


def test_the_connection_goes_before_the_environment(hub: LocalHub, fetch, monkeypatch) -> None:
    hub.tokens.add(TOKEN)
    monkeypatch.setenv("HF_TOKEN", "hf_old")
    fetch(token=TOKEN)


@pytest.mark.parametrize("token", [f"{TOKEN} {TOKEN}", f"{TOKEN}\n{TOKEN}", f"{TOKEN}ä"])
def test_a_token_copied_badly_is_refused_and_not_shown(hub: LocalHub, warehouse: Warehouse, fetch, token: str) -> None:
    message = refusal(warehouse, fetch, token=token)
    assert "token" in message
    assert TOKEN not in message


def test_what_the_hub_says_of_the_token_is_not_repeated(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    hub.fail("api", status=403, headers={"X-Error-Message": f"the token {TOKEN} may not"})
    assert TOKEN not in refusal(warehouse, fetch, token=TOKEN)


def test_a_signed_address_is_not_shown(hub: LocalHub, fetch, said: list[str], caplog) -> None:
    hub.uses_cdn = True
    hub.fail("cdn", status=403, times=99)
    with caplog.at_level("INFO"), pytest.raises(Unavailable) as given_up:
        fetch()
    assert "signature" not in " ".join([*said, caplog.text, str(given_up.value)])


# The task
@pytest.fixture
def run_task(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """The callable of the Airflow task `fetch`, which takes other params."""
    from segmentation.running.orchestration import tasks

    monkeypatch.setenv("SEGMENTATION_WAREHOUSE", str(warehouse.root))
    params = {"source": "huggingface", "revision": "main", "as_of": "2023-09-01"}
    events = defaultdict(SimpleNamespace)
    context = {"run_id": "run", "outlet_events": events, "task": SimpleNamespace()}
    return lambda **given: tasks.fetch_source(context | {"params": params | given})


def test_the_task_takes_the_token_from_the_airflow_connection(
    hub: LocalHub, run_task, monkeypatch, capfd: pytest.CaptureFixture
) -> None:
    hub.tokens.add(TOKEN)
    hub.gated = True
    monkeypatch.setenv("AIRFLOW_CONN_HUGGINGFACE_DEFAULT", json.dumps({"conn_type": "generic", "password": TOKEN}))
    assert run_task()["as_of"] == "2023-09-01"
    assert {call.headers["authorization"] for call in hub.calls} == {f"Bearer {TOKEN}"}
    assert TOKEN not in "".join(capfd.readouterr())


def test_the_task_does_without_a_connection_and_is_not_retried_after_a_mistake(
    hub: LocalHub, run_task, capfd: pytest.CaptureFixture
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    hub.gated = True
    with pytest.raises(AirflowFailException, match="wants its terms accepted"):
        run_task()
    assert "ERROR fetch: Param source: the dataset" in capfd.readouterr().out


def test_the_task_is_retried_when_the_hub_is_silent(hub: LocalHub, run_task, capfd: pytest.CaptureFixture) -> None:
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    hub.fail("api", status=503, times=99)
    with pytest.raises(AirflowException) as failed:
        run_task()
    assert not isinstance(failed.value, AirflowFailException)
    assert "ERROR fetch: revision main: 10 tries in a row have failed" in capfd.readouterr().out


# Ways to the Hub
def test_a_proxy_is_used(hub: LocalHub, warehouse: Warehouse, fetch, monkeypatch) -> None:
    with LocalProxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        assert contents(warehouse, fetch()) == FILES
    assert len(proxy.seen) == len(hub.calls) == 3
    assert all(address.startswith(hub.endpoint) for address in proxy.seen)


def test_a_proxy_is_left_out_where_no_proxy_says_so(hub: LocalHub, fetch, monkeypatch) -> None:
    with LocalProxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        fetch()
    assert proxy.seen == []


def test_a_proxy_that_wants_a_login_is_told(hub: LocalHub, warehouse: Warehouse, fetch) -> None:
    hub.fail("api", status=407)
    assert "The proxy wants a login" in refusal(warehouse, fetch)


@pytest.mark.parametrize("address", ["ftp://me:hush@proxy:1", "socks5://me:hush@proxy:1", "http://me:hush@proxy:one"])
def test_a_proxy_that_cannot_be_used_is_told(hub: LocalHub, warehouse: Warehouse, fetch, monkeypatch, address) -> None:
    monkeypatch.setenv("HTTP_PROXY", address)
    message = refusal(warehouse, fetch)
    assert "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY" in message
    assert "hush" not in message


def test_a_certificate_that_is_not_trusted_is_told(hub: LocalHub, warehouse: Warehouse, fetch, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")

    monkeypatch.setattr(httpx2.Client, "send", refuse)
    assert "SSL_CERT_FILE" in refusal(warehouse, fetch)


def test_a_mirror_below_a_path_is_used(hub: LocalHub, warehouse: Warehouse, fetch, monkeypatch) -> None:
    hub.prefix = "/mirrors/hub"
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint + "/")
    assert contents(warehouse, fetch()) == FILES
    assert all(call.path.startswith("/mirrors/hub/") for call in hub.calls)


def test_a_password_in_the_endpoint_is_not_shown(hub: LocalHub, fetch, monkeypatch, said: list[str]) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint.replace("//", "//me:hush@"))
    fetch()
    assert "hush" not in " ".join(said)


# The stand-in itself
def test_the_stand_in_answers_the_clients_other_calls(hub: LocalHub, tmp_path: Path) -> None:
    from huggingface_hub import HfApi, hf_hub_download

    api, where = HfApi(hub.endpoint), {"repo_id": hub.repo, "repo_type": "dataset"}
    hub.page_size = 1
    assert {entry.path for entry in api.list_repo_tree(**where, recursive=True)} == {*FILES, "README.md"}
    (entry,) = api.get_paths_info(**where, paths=[REVIEWS, "nothing"])
    assert (entry.path, entry.size) == (REVIEWS, len(FILES[REVIEWS]))
    for hub.uses_cdn in (False, True):
        path = hf_hub_download(
            **where, filename=REVIEWS, endpoint=hub.endpoint, cache_dir=tmp_path, force_download=True
        )
        assert Path(path).read_bytes() == FILES[REVIEWS]


@pytest.mark.parametrize(
    ("as_of", "window", "is_refused"),
    [("2024-10-01", 12, True), ("2024-09-30", 12, False), ("2026-11-01", 12, True), ("2026-11-01", 60, False)],
)
def test_a_window_behind_the_last_review_is_refused_before_the_hub_is_asked(
    hub: LocalHub, run_task, capfd: pytest.CaptureFixture, as_of: str, window: int, is_refused: bool
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    hub.commits[PINNED_REVISION] = dict(FILES)
    given = {"revision": PINNED_REVISION, "as_of": as_of, "window_months": window}
    if not is_refused:
        assert run_task(**given)["as_of"] == as_of
        return
    with pytest.raises(AirflowFailException, match=r"Param as_of: .* Allowed: up to 2024-09-30, such as 2023-09-01"):
        run_task(**given)
    assert hub.calls == []


def test_another_revision_may_have_later_reviews(hub: LocalHub, run_task) -> None:
    assert run_task(as_of="2026-11-01")["as_of"] == "2026-11-01"
