"""What becomes of the lines of order files, by the workflow's own SQL: what counts, what does not, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from segmentation.engine.check_limits import FAIL, WARN
from segmentation.planning.plan import Plan
from segmentation.planning.sql_files import SqlFile, closure
from segmentation.sources.preview.engine import Engine

STAGES = ("ingest", "clean", "rfm")
# What is asked of those stages. The rest of them is scores.
WANTED = {
    "orders": ("orders", "refused_reasons", "purchases", "customer_values"),
    "customers": ("given_customers", "refused_reasons", "customer_values"),
}
CHECKED = ("orders", "given_customers", "rejected_rows")
FIRST = 5
# Of so many lines from the first that is accepted on, some are shown as they count.
LOOKED_AT = 2_000
NOBODY = date(1970, 1, 2)

SKIPPED = """
SELECT skipped AS reason, count(*) AS lines,
    arg_min(file, struct_pack(f := file, p := place)) AS file,
    arg_min(place, struct_pack(f := file, p := place)) AS place
FROM {rows} WHERE skipped IS NOT NULL GROUP BY skipped ORDER BY lines DESC, reason
"""
_LEFT_OUT = """
SELECT left_out AS reason, count(*) AS lines, CAST(sum(price) AS DECIMAL(28, 2)) AS amount
FROM judged_orders WHERE left_out IS NOT NULL GROUP BY left_out ORDER BY lines DESC, reason
"""
_PERIOD = """
SELECT CAST(min(from_utc_timestamp(purchased_at, $time_zone)) AS DATE) AS first_day,
    CAST(max(from_utc_timestamp(purchased_at, $time_zone)) AS DATE) AS last_day,
    count(*) AS lines, CAST(coalesce(sum(price), 0) AS DECIMAL(28, 2)) AS amount
FROM purchases
"""
_TOTALS = """
SELECT count(*) AS customers, CAST(coalesce(sum(frequency), 0) AS BIGINT) AS orders,
    CAST(coalesce(sum(monetary), 0) AS DECIMAL(28, 2)) AS spend
FROM customer_values
"""
# A line of order_lines and what is made of it have no common key, so they meet by all that decides what it counts for.
_FIRST = """
WITH accepted AS (
    SELECT * FROM order_lines WHERE refused IS NULL AND skipped IS NULL ORDER BY file, place LIMIT $looked_at
),
counted AS (
    SELECT DISTINCT user_id, order_id, parent_asin, product_name, main_category, ordered_at, is_return, refunded, price
    FROM judged_orders
    WHERE left_out IS NULL AND user_id IN (SELECT user_id FROM accepted)
        AND (price > CAST($min_price AS DECIMAL(18, 2)) OR price < 0 OR (price = 0 AND $counts_free_orders))
)
SELECT accepted.file, accepted.place, accepted.user_id, accepted.order_id, accepted.parent_asin, accepted.product_name,
    accepted.main_category, from_utc_timestamp(accepted.ordered_at, $time_zone) AS local_time,
    accepted.is_return, counted.price
FROM accepted INNER JOIN counted
    ON accepted.user_id = counted.user_id AND accepted.ordered_at = counted.ordered_at
    AND accepted.order_id IS NOT DISTINCT FROM counted.order_id
    AND accepted.parent_asin IS NOT DISTINCT FROM counted.parent_asin
    AND accepted.product_name IS NOT DISTINCT FROM counted.product_name
    AND accepted.main_category IS NOT DISTINCT FROM counted.main_category
    AND accepted.is_return = counted.is_return AND accepted.refunded IS NOT DISTINCT FROM counted.refunded
    AND abs(counted.price) = abs(CASE WHEN accepted.is_return THEN accepted.amount
        ELSE accepted.amount - coalesce(accepted.refunded, 0) END)
ORDER BY accepted.file, accepted.place LIMIT $first
"""


@dataclass(frozen=True)
class Totals:
    """Who counts in a period. first, last: its days, both included; None where there is nobody."""

    first: date | None
    last: date | None
    customers: int
    orders: int
    spend: Decimal


@dataclass(frozen=True)
class Account:
    """What becomes of the lines. skipped: lines that were not judged. left_out: lines that were read and count for
    nothing. warnings: level and words of the checks that did not pass."""

    figures: dict[str, Any]
    refused: list[dict[str, Any]]
    skipped: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    first_rows: list[dict[str, Any]]
    counted_lines: int
    all_data: Totals
    window: Totals | None
    warnings: list[tuple[str, str]]


def account(engine: Engine, plan: Plan, as_of: date | None) -> Account:
    """Run the SQL over the engine's `raw_orders`. `plan`: of the run that is previewed."""
    files = {name: file for stage in STAGES for name, file in plan.files(stage).items()}
    needed = closure(files, WANTED["orders"])
    parameters = plan.parameters()
    of_window = closure({name: needed[name] for name in needed if name in plan.files("rfm")}, ("customer_values",))
    made = [file for name, file in needed.items() if name not in of_window]
    for file in made:
        engine.add(file, parameters)
    figures = engine.figures(made)
    zone = {"time_zone": parameters["time_zone"]}
    (period,) = engine.query(_PERIOD, zone)
    # All data is a window as well: from the first day to the last.
    first, last = period["first_day"], period["last_day"]
    whole = {"window_start": first or NOBODY, "as_of": (last or NOBODY) + timedelta(days=1)}
    asked = {"frequency_counts": "orders"}
    return Account(
        figures=figures,
        refused=sorted(engine.table("refused_reasons").to_pylist(), key=lambda row: (-row["lines"], row["reason"])),
        skipped=engine.query(SKIPPED.format(rows="order_lines")),
        left_out=engine.query(_LEFT_OUT),
        first_rows=engine.query(
            _FIRST,
            zone
            | {"looked_at": LOOKED_AT, "first": FIRST, "min_price": str(parameters["min_price"])}
            | {"counts_free_orders": parameters["counts_free_orders"]},
        ),
        counted_lines=period["lines"],
        all_data=totals(engine, list(of_window.values()), parameters | asked | whole, first, last),
        window=totals(
            engine, list(of_window.values()), parameters | asked, plan.window_start, as_of - timedelta(days=1)
        )
        if as_of
        else None,
        warnings=warnings(engine, plan, parameters, figures),
    )


def totals(
    engine: Engine, files: list[SqlFile], parameters: Mapping[str, Any], first: date | None, last: date | None
) -> Totals:
    """Who counts under these parameters, in a period from `first` to `last`."""
    for file in files:
        engine.add(file, parameters)
    (row,) = engine.query(_TOTALS)
    return Totals(first, last, row["customers"], row["orders"], row["spend"])


def warnings(
    engine: Engine, plan: Plan, parameters: Mapping[str, Any], figures: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """The level and the message of each check of the order lines that does not pass."""
    register_figures(engine, figures)
    found = []
    checks = [check for check in plan.checks("ingest") if check.of in CHECKED]
    engine.add_missing(plan.needed_by(checks).values(), parameters)
    for check in checks:
        (row,) = engine.rows(check, parameters)
        found += broken(check, row, plan)
    return sorted(found, key=lambda pair: pair[0] != FAIL)


def register_figures(engine: Engine, figures: Mapping[str, Any]) -> None:
    """Make the table of figures that checks read."""
    known = {name: str(value) for name, value in figures.items() if value is not None}
    schema = pa.schema([("name", pa.string()), ("value", pa.string())])
    engine.register("figures", pa.table({"name": list(known), "value": list(known.values())}, schema=schema))


def broken(check: SqlFile, row: Mapping[str, Any], plan: Plan) -> list[tuple[str, str]]:
    """What one check says that does not pass; nothing where it passes."""
    if "Level" in check.header:
        return [] if row["passed"] else [(check.header["Level"], row["message"])]
    figure, limit = Decimal(str(row["figure"])), check.header["Limit"]
    for level in (FAIL, WARN):
        most = getattr(plan.settings, f"{limit}_{level}")
        if figure > most:
            return [(level, f"{row['message']}. Param {limit}_{level} is {most}.")]
    return []
