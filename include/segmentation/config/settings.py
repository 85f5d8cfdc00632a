"""The params of a run: names, defaults, what is allowed. The one place for them.

The DAG's trigger form, the jobs' command lines and `make run` are all made from the fields of `Settings`.
Stdlib only, because Airflow imports this module each time it parses the DAG.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.paths import SEGMENT_MAPS
from segmentation.common.quoting import quoted
from segmentation.common.spelling import did_you_mean
from segmentation.config.bins import fitting
from segmentation.config.categories import CATEGORIES, NOT_ELECTRONICS
from segmentation.config.kinds import DATABASE, is_of_orders
from segmentation.config.param_checks import check_together
from segmentation.config.param_values import refuse, typed_value
from segmentation.config.shops.names import NAME_PATTERN, RULE

PINNED_REVISION = "2b6d039ed471f2ba5fd2acb718bf33b0a7e5598e"

PRESET_PRICE = Decimal("0.25")
# Amazon Reviews 2023 and the demo end in September 2023: the latest first of a month with a whole month before it.
LAST_AS_OF = date(2023, 9, 1)


def segment_map_names() -> tuple[str, ...]:
    """The names that `segment_map` may have: the YAML files in `include/segment_maps`."""
    return tuple(sorted(path.stem for path in SEGMENT_MAPS.glob("*.yaml")))


def setting(default: Any, kind: str, text: str, **limits: Any) -> Any:
    """A field of Settings: its default, JSON type, help text, and limits in JSON-schema words."""
    metadata = {"default": default, "type": kind, "help": text, **limits}
    typed: dict[str, Callable[[Any], Any]] = {"array": tuple, "number": lambda number: Decimal(str(number))}
    return field(default=typed[kind](default) if kind in typed else default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """The params of one run. Build it with `parse`, which checks every value."""

    source: str = setting(
        "demo",
        "string",
        "Where the raw data come from: generated, the Hub, files in the Hub's layout, or orders of your own, in files "
        "or in a database.",
        enum=["demo", "huggingface", "files", "orders", "database"],
    )
    category: str = setting(
        "Electronics", "string", "The category of Amazon Reviews 2023. Not for orders.", enum=list(CATEGORIES)
    )
    revision: str = setting(
        PINNED_REVISION,
        "string",
        "huggingface: the Hub's commit, branch or tag. The default is the pinned commit.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$",
    )
    files_path: str | None = setting(
        None,
        "string?",
        "files: a folder in the Hub's layout (raw/review_categories, raw/meta_categories), or two files as "
        "REVIEWS,PRODUCTS. Plain JSON lines, .gz or .zst. orders: a file, folder or glob of .csv, .csv.gz or .parquet.",
    )
    orders_mapping: str | None = setting(
        None,
        "string?",
        "orders, database: which columns hold what, as the path of a YAML file or as the YAML itself.",
        format="multiline",
    )
    connection: str | None = setting(
        None,
        "string?",
        "database: the Airflow connection that leads to it. What the connection holds is recorded nowhere.",
        pattern=r"^[A-Za-z0-9_.-]{1,200}$",
    )
    query: str | None = setting(
        None,
        "string?",
        "database: the SELECT whose rows are the order lines. :as_of and :window_start are bound as dates. "
        "A shop's file sets it; the form may only where the operator allows it.",
        format="multiline",
    )
    table: str | None = setting(
        None,
        "string?",
        "database: instead of a query the table or view, as the database spells it, with its schema if need be.",
        pattern=r"^[A-Za-z_][A-Za-z0-9_$]{0,127}(\.[A-Za-z_][A-Za-z0-9_$]{0,127}){0,2}$",
    )
    open_months: int = setting(
        2,
        "integer",
        "database, with increment in the mapping: how many months before the as-of date are fetched again each time. "
        "Older ones are closed.",
        minimum=0,
        maximum=60,
    )
    fetch_changed: bool = setting(
        False, "boolean", "database, with increment: fetch closed months again whose count or sum has changed."
    )
    as_of: date | None = setting(
        None,
        "date?",
        "The run sees everything before this day and nothing after. Days are UTC; of orders they are those of the "
        "mapping's time_zone. Empty: the end of the run's data interval, by hand the first of the month, "
        f"but for the demo and the Hub's pinned commit {LAST_AS_OF} at the latest.",
    )
    window_months: int = setting(12, "integer", "How many months before the as-of date count.", minimum=1, maximum=600)
    scoring: str = setting(
        "edges",
        "string",
        "edges: equal values share a score (exact quantile edges). seed: ntile(5), as the first notebooks did.",
        enum=["edges", "seed"],
    )
    bins: int = setting(
        5,
        "integer",
        "How many scores each metric has, 1 the worst. Own edges and the segment map have to fit it; seed has 5.",
        minimum=3,
        maximum=10,
    )
    frozen_edges_from: str | None = setting(
        None,
        "string?",
        "A version of rfm_edges. This run scores with those edges, so that two months can be compared.",
        pattern=r"^[0-9a-f]{12}$",
    )
    bins_closed: str = setting(
        "left",
        "string",
        "edges: on which side of an edge a value on it counts. left: in the bin above (from 10 to below 20). "
        "right: in the bin below (above 10 to 20), as pandas qcut and R's cut do.",
        enum=["left", "right"],
    )
    frequency_scoring: str = setting(
        "edges",
        "string",
        "edges: frequency is scored by frequency_edges. quantiles: by exact quantiles, as recency and spend are.",
        enum=["edges", "quantiles"],
    )
    frequency_edges: tuple[int, ...] = setting(
        [2, 3, 4, 6],
        "array",
        "edges: the purchases at which the frequency scores from 2 on begin, or with bins_closed right those with "
        "which the scores below the best end: one less than bins, which rise. The default fits any number of bins.",
        items={"type": "integer", "minimum": 1, "maximum": 1_000_000},
        minItems=2,
        maxItems=9,
    )
    recency_edges: tuple[Decimal, ...] = setting(
        [],
        "array",
        "edges: the days at which the recency scores below the best begin: one less than bins. Empty: exact quantiles.",
        items={"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000_000},
        maxItems=9,
    )
    monetary_edges: tuple[Decimal, ...] = setting(
        [],
        "array",
        "edges: the spend at which the monetary scores from 2 on begin: one less than bins. Empty: exact quantiles.",
        items={"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000_000},
        maxItems=9,
    )
    frequency_counts: str = setting(
        "orders",
        "string",
        "What frequency counts: different orders, different days with an order, or order lines. "
        "A review is an order of one line.",
        enum=["orders", "days", "lines"],
    )
    segment_map: str = setting(
        "came_back",
        "string",
        "Which map names the segments: the name of a ready-made one, the path of a YAML file, or the YAML itself.",
        examples=list(segment_map_names()),
        format="multiline",
    )
    k: str = setting(
        "auto",
        "string",
        "The number of clusters: a number from 2 to 50, or auto to choose it by the stated rule.",
        pattern=r"^(auto|[2-9]|[1-4][0-9]|50)$",
    )
    k_min: int = setting(2, "integer", "auto: the smallest k that is tried.", minimum=2, maximum=50)
    k_max: int = setting(10, "integer", "auto: the largest k that is tried.", minimum=2, maximum=50)
    compare_algorithms: bool = setting(
        False, "boolean", "Also fit bisecting K-Means and Gaussian mixtures for each k, to compare. Takes its time."
    )
    min_price: Decimal = setting(
        0.25,
        "number",
        "A purchase counts only if its price is above this, in the source's currency. "
        "With orders the default counts as 0.",
        minimum=0,
        maximum=1_000_000,
    )
    excluded_categories: tuple[str, ...] = setting(
        list(NOT_ELECTRONICS),
        "array",
        "Products of these main categories are dropped. The default list is for Electronics; "
        "with any other category, and with orders, the default counts as empty.",
        items={"type": "string"},
    )
    keep_unknown_category: bool = setting(
        True, "boolean", "Keep products whose main category is unknown (the first notebooks lost them)."
    )
    sentiment: bool = setting(
        False,
        "boolean",
        "Also score what the window's reviews say, English only: by segment and month, with quotes and the words that "
        "set a segment apart. Not for orders.",
    )
    sentiment_reviews: int = setting(
        2_000, "integer", "sentiment: how many reviews of each segment are read, at most.", minimum=100, maximum=10_000
    )
    rejected_share_warn: Decimal = setting(
        0.01, "number", "Warn if a larger share of the raw lines is refused.", minimum=0, maximum=1
    )
    rejected_share_fail: Decimal = setting(
        0.1, "number", "Fail if a larger share of the raw lines is refused.", minimum=0, maximum=1
    )
    unpriced_share_warn: Decimal = setting(
        0.8, "number", "Warn if a larger share of the purchases has no price.", minimum=0, maximum=1
    )
    unpriced_share_fail: Decimal = setting(
        1, "number", "Fail if a larger share of the purchases has no price. 1: never.", minimum=0, maximum=1
    )
    rows_warn: int = setting(
        100,
        "integer",
        "Warn if there are fewer reviews, products, purchases or customers.",
        minimum=1,
        maximum=1_000_000_000,
    )
    rows_fail: int = setting(
        1,
        "integer",
        "Fail if there are fewer reviews, products, purchases or customers.",
        minimum=1,
        maximum=1_000_000_000,
    )
    demo_reviews: int = setting(
        50_000, "integer", "demo: how many reviews to generate.", minimum=1_000, maximum=50_000_000
    )
    force: bool = setting(False, "boolean", "Build every version again, even where it stands.")
    shop: str | None = setting(
        None,
        "string?",
        f"The shop whose release this run makes: {RULE}. Empty: the category's name, or the orders file's.",
        pattern=NAME_PATTERN,
    )
    trial: bool = setting(
        False,
        "boolean",
        "Make everything and release nothing: the report is listed as a trial, and readers see no change.",
    )

    @property
    def kind(self) -> str:
        """What the source holds. It names the subfolders of SQL and the datasets that are for such sources only."""
        return "orders" if is_of_orders(self.source) else "reviews"

    @property
    def named_by(self) -> str | None:
        """What a source of orders is called by: the path of its files, its table, or the connection of its query."""
        return self.table or self.connection if self.source == DATABASE else self.files_path


FIELDS = {item.name: item.metadata for item in fields(Settings)}


def json_schema(name: str) -> dict[str, Any]:
    """The JSON schema of one param, in the words of Airflow's `Param`."""
    meta = FIELDS[name]
    kind = meta["type"].rstrip("?")
    schema = {key: value for key, value in meta.items() if key not in ("default", "type", "help")}
    schema["type"] = ["null", "string"] if meta["type"].endswith("?") else kind
    if kind == "date":
        schema["format"] = "date"
    return schema


def json_default(name: str) -> Any:
    """The default of one param as a JSON value."""
    return FIELDS[name]["default"]


def parse(raw: dict[str, Any]) -> Settings:
    """Check every param and give them their types. A default that is for the reviews' dollars or categories only
    counts as none elsewhere: the form sends it along, and nobody has chosen it.

    `raw` maps names to JSON values or to texts (as a command line gives them); a missing name takes its
    default. Raises UserError naming the param, the value and what is allowed.
    """
    unknown = sorted(set(raw) - set(FIELDS))
    if unknown:
        meant = did_you_mean(unknown[0], FIELDS)
        raise UserError(f"Unknown param {quoted(unknown[0])}.{meant} Known: {', '.join(FIELDS)}.")
    values = {name: typed_value(name, FIELDS[name], raw[name]) for name in FIELDS if name in raw}
    settings = Settings(**values)
    orders = settings.kind == "orders"
    if (orders or settings.category != "Electronics") and settings.excluded_categories == NOT_ELECTRONICS:
        settings = replace(settings, excluded_categories=())
    if orders and settings.min_price == PRESET_PRICE:
        settings = replace(settings, min_price=Decimal(0))
    settings = replace(settings, **fitting(vars(settings), json_default("segment_map")))
    check_together(vars(settings), segment_map_names())
    return settings


def check_not_ahead(as_of: date, now: datetime | None = None) -> date:
    """The as-of date itself, if the days before it are over by this machine's clock. Raises UserError otherwise."""
    today = (now or datetime.now(UTC)).date()
    # A day more, because it is tomorrow already somewhere.
    if as_of > today + timedelta(days=1):
        allowed = f"a date up to tomorrow; the clock of this machine says {today}, so set it if that is wrong"
        raise refuse("as_of", as_of.isoformat(), allowed)
    return as_of
