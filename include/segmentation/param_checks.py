"""Checks of several params together, and of the limits that a JSON schema cannot state. Stdlib only."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from segmentation.param_values import refuse

if TYPE_CHECKING:
    from segmentation.settings import Settings

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2099, 12, 31)
LAST_EDGE = 1_000_000_000
# The limits on a share: each is a pair of params, `<name>_warn` and `<name>_fail`, the most that is allowed.
SHARES = ("rejected_share", "unpriced_share")


def check_as_of(as_of: date) -> date:
    """The as-of date itself, if the source can have anything before it. Raises UserError otherwise."""
    if not FIRST_DAY < as_of <= LAST_DAY:
        raise refuse("as_of", as_of.isoformat(), f"a date after {FIRST_DAY} and up to {LAST_DAY}")
    return as_of


def check_together(settings: "Settings") -> None:
    """Refuse params that do not go together. Raises UserError naming the param, the value and what is allowed."""
    if settings.as_of:
        check_as_of(settings.as_of)
    if settings.k_min > settings.k_max:
        raise refuse("k_min", settings.k_min, f"at most k_max, which is {settings.k_max}")
    _check_source(settings)
    _check_limits(settings)
    if settings.frozen_edges_from and settings.scoring != "edges":
        raise refuse("frozen_edges_from", settings.frozen_edges_from, "only with scoring edges")
    bad = [item for item in settings.excluded_categories if not isinstance(item, str)]
    if bad:
        raise refuse("excluded_categories", bad[0], "texts")
    if settings.bins != 5 and settings.scoring == "seed":
        raise refuse("bins", settings.bins, "5 with scoring seed, which cuts five groups")
    if not settings.frozen_edges_from:
        _check_frequency_edges(settings.frequency_edges, settings.bins)
    for name in ("recency_edges", "monetary_edges"):
        _check_own_edges(name, getattr(settings, name), settings)


def _check_source(settings: "Settings") -> None:
    if settings.source == "files" and not settings.files_path:
        raise refuse("files_path", settings.files_path, "a folder or REVIEWS,PRODUCTS when source is files")
    if settings.source == "orders" and not settings.files_path:
        raise refuse("files_path", settings.files_path, "a file, folder or glob when source is orders")
    if settings.source == "orders" and not settings.orders_mapping:
        raise refuse("orders_mapping", settings.orders_mapping, "a YAML file, or YAML, when source is orders")


def _check_limits(settings: "Settings") -> None:
    for name in SHARES:
        warn, fail = getattr(settings, f"{name}_warn"), getattr(settings, f"{name}_fail")
        if warn > fail:
            raise refuse(f"{name}_warn", str(warn), f"at most {name}_fail, which is {fail}")
    if settings.rows_warn < settings.rows_fail:
        raise refuse("rows_warn", settings.rows_warn, f"at least rows_fail, which is {settings.rows_fail}")


def _check_frequency_edges(edges: tuple[Any, ...], bins: int) -> None:
    if any(type(edge) is not int for edge in edges):
        raise refuse("frequency_edges", list(edges), "whole numbers")
    if len(edges) != bins - 1 or list(edges) != sorted(set(edges)) or edges[-1] > 1_000_000:
        example = [2, 3, 4, 6] if bins == 5 else list(range(2, bins + 1))
        allowed = f"{bins - 1} rising whole numbers for {bins} bins, such as {example}"
        raise refuse("frequency_edges", list(edges), allowed)
    if edges[0] < 2:
        raise refuse("frequency_edges", list(edges), "numbers from 2, because every customer has one purchase")


def _check_own_edges(name: str, edges: tuple[Decimal, ...], settings: "Settings") -> None:
    """Edges of one's own for recency or spend: none, or one less than bins, in whole hundredths as the values are."""
    shown = [f"{edge:f}" for edge in edges]
    if not edges:
        return
    wanted = settings.bins - 1
    if len(edges) != wanted or list(edges) != sorted(set(edges)) or not 0 < edges[0] <= edges[-1] <= LAST_EDGE:
        allowed = f"none, or {wanted} rising numbers for {settings.bins} bins, above 0 and up to {LAST_EDGE}"
        raise refuse(name, shown, allowed)
    if any(edge != round(edge, 2) for edge in edges):
        raise refuse(name, shown, "numbers with at most 2 decimals")
    if settings.scoring != "edges":
        raise refuse(name, shown, "none with scoring seed, which cuts equal groups")
    if settings.frozen_edges_from:
        raise refuse(name, shown, "none with frozen_edges_from, which brings its own edges")
