"""Checks of several params together, and of the limits that a JSON schema cannot state. Stdlib only."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from segmentation.common.errors import UserError
from segmentation.config.bins import check_frequency_edges, check_segment_map
from segmentation.config.kinds import DATABASE, is_of_orders
from segmentation.config.param_values import refuse

Params = Mapping[str, Any]  # the values of all params, typed, by name

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2099, 12, 31)
LAST_EDGE = 1_000_000_000
# The limits on a share: each is a pair of params, `<name>_warn` and `<name>_fail`, the most that is allowed.
SHARES = ("rejected_share", "unpriced_share")


def check_as_of(as_of: date) -> date:
    """The as-of date itself, if the source can have anything before it. Raises UserError otherwise."""
    if not FIRST_DAY < as_of <= LAST_DAY:
        raise refuse("as_of", as_of.isoformat(), f"a date after {FIRST_DAY} and up to {LAST_DAY}")
    return as_of


def check_together(params: Params, map_names: Sequence[str]) -> None:
    """Refuse params that do not go together. Raises UserError naming the param, the value and what is allowed.

    `map_names` are the names of the segment maps that come along.
    """
    if params["as_of"]:
        check_as_of(params["as_of"])
    if params["k_min"] > params["k_max"]:
        raise refuse("k_min", params["k_min"], f"at most k_max, which is {params['k_max']}")
    _check_source(params)
    _check_limits(params)
    if params["frozen_edges_from"] and params["scoring"] != "edges":
        raise refuse("frozen_edges_from", params["frozen_edges_from"], "only with scoring edges")
    bad = [item for item in params["excluded_categories"] if not isinstance(item, str)]
    if bad:
        raise refuse("excluded_categories", bad[0], "texts")
    if params["bins"] != 5 and params["scoring"] == "seed":
        raise refuse("bins", params["bins"], "5 with scoring seed, which cuts five groups")
    if params["scoring"] == "seed":
        _check_of_edges(params)
    _check_fit(params, map_names)


def _check_source(params: Params) -> None:
    source = params["source"]
    files = {"files": "a folder or REVIEWS,PRODUCTS", "orders": "a file, folder or glob"}.get(source)
    if files and not params["files_path"]:
        allowed = f"{files} when source is {source}; `make run` takes it as FILES="
        raise refuse("files_path", params["files_path"], allowed)
    if is_of_orders(source) and not params["orders_mapping"]:
        raise refuse("orders_mapping", params["orders_mapping"], f"a YAML file, or YAML, when source is {source}")
    if params["sentiment"] and is_of_orders(source):
        raise refuse("sentiment", params["sentiment"], f"false when source is {source}: orders hold no review texts")
    if source == DATABASE:
        _check_database(params)


def _check_database(params: Params) -> None:
    if not params["connection"]:
        raise refuse("connection", params["connection"], "the id of an Airflow connection when source is database")
    if bool(params["query"]) == bool(params["table"]):
        given = params["query"] if params["query"] else params["table"]
        raise refuse("query", given, "a SELECT, or a table instead of it: one of the two when source is database")


def _check_limits(params: Params) -> None:
    for name in SHARES:
        warn, fail = params[f"{name}_warn"], params[f"{name}_fail"]
        if warn > fail:
            raise refuse(f"{name}_warn", str(warn), f"at most {name}_fail, which is {fail}")
    if params["rows_warn"] < params["rows_fail"]:
        raise refuse("rows_warn", params["rows_warn"], f"at least rows_fail, which is {params['rows_fail']}")


def _check_fit(params: Params, map_names: Sequence[str]) -> None:
    """Refuse what does not go with the number of bins, all of it at once."""
    checks = [
        partial(check_segment_map, params, map_names),
        *(partial(_check_own_edges, name, params[name], params) for name in ("recency_edges", "monetary_edges")),
    ]
    if not params["frozen_edges_from"]:
        checks.insert(0, partial(check_frequency_edges, params))
    faults = []
    for check in checks:
        try:
            check()
        except UserError as fault:
            faults.append(fault)
    if len(faults) > 1:
        raise UserError(f"Several params do not go with bins {params['bins']}. {' '.join(map(str, faults))}")
    if faults:
        raise faults[0]


def _check_of_edges(params: Params) -> None:
    """What says how edges are made or meant says nothing where the ranks are cut: rather refused than unheard."""
    for name, preset in (("bins_closed", "left"), ("frequency_scoring", "edges")):
        if params[name] != preset:
            raise refuse(name, params[name], f"{preset} with scoring seed, which cuts equal groups")


def _check_own_edges(name: str, edges: tuple[Decimal, ...], params: Params) -> None:
    """Edges of one's own for recency or spend: none, or one less than bins, in whole hundredths as the values are."""
    shown = [f"{edge:f}" for edge in edges]
    if not edges:
        return
    wanted = params["bins"] - 1
    if len(edges) != wanted or list(edges) != sorted(set(edges)) or not 0 < edges[0] <= edges[-1] <= LAST_EDGE:
        allowed = f"none, or {wanted} rising numbers for {params['bins']} bins, above 0 and up to {LAST_EDGE}"
        raise refuse(name, shown, allowed)
    if any(edge != round(edge, 2) for edge in edges):
        raise refuse(name, shown, "numbers with at most 2 decimals")
    if params["scoring"] != "edges":
        raise refuse(name, shown, "none with scoring seed, which cuts equal groups")
    if params["frozen_edges_from"]:
        raise refuse(name, shown, "none with frozen_edges_from, which brings its own edges")
