"""What becomes of the rows of a table with one row per customer, by the workflow's own SQL."""

from datetime import date, timedelta

from segmentation.planning.plan import CUSTOMERS, Plan
from segmentation.planning.sql_files import closure
from segmentation.sources.preview.account import (
    FIRST,
    NOBODY,
    SKIPPED,
    STAGES,
    WANTED,
    Account,
    Totals,
    broken,
    register_figures,
    totals,
    warnings,
)
from segmentation.sources.preview.engine import Engine

_SPAN = """
SELECT CAST(min(from_utc_timestamp(last_order_at, $time_zone)) AS DATE) AS first_day,
    CAST(max(from_utc_timestamp(last_order_at, $time_zone)) AS DATE) AS last_day
FROM given_customers
"""
_DAYS = "SELECT min(last_order_on) AS first_day, max(last_order_on) AS last_day FROM dated_customers WHERE NOT is_late"
_LEFT_OUT = """
SELECT CASE WHEN monetary < 0 THEN 'with an amount below 0' ELSE 'with an amount of 0' END AS reason,
    count(*) AS lines, CAST(sum(monetary) AS DECIMAL(28, 2)) AS amount
FROM customer_totals WHERE NOT (monetary > 0 OR only_free) GROUP BY reason ORDER BY lines DESC, reason
"""
_FIRST = """
SELECT file, place, user_id, from_utc_timestamp(last_order_at, $time_zone) AS local_time,
    CAST(order_count AS VARCHAR) AS order_count, amount AS price
FROM customer_rows
WHERE refused IS NULL AND skipped IS NULL AND (amount > 0 OR (amount = 0 AND $counts_free_orders))
ORDER BY file, place LIMIT $first
"""


def account_of_customers(engine: Engine, plan: Plan, as_of: date | None) -> Account:
    """Run the SQL over the engine's `raw_orders`. Without an as-of date all customers count, whenever they ordered."""
    files = {name: file for stage in STAGES for name, file in plan.files(stage).items()}
    needed = closure(files, WANTED[CUSTOMERS])
    of_day = [file for name, file in needed.items() if name in plan.files("rfm")]
    made = [file for file in needed.values() if file not in of_day]
    parameters = plan.parameters()
    for file in made:
        engine.add(file, parameters)
    figures = engine.figures(made)
    zone = {"time_zone": parameters["time_zone"]}
    (span,) = engine.query(_SPAN, zone)
    last = span["last_day"]
    everyone = totals(
        engine, of_day, parameters | {"as_of": (last or NOBODY) + timedelta(days=1)}, span["first_day"], last
    )
    left_out = engine.query(_LEFT_OUT)
    found = warnings(engine, plan, parameters, figures)
    run: Totals | None = None
    if as_of:
        run = totals(engine, of_day, parameters, None, None)
        (days,) = engine.query(_DAYS)
        run = Totals(days["first_day"], days["last_day"], run.customers, run.orders, run.spend)
        register_figures(engine, figures | engine.figures(of_day))
        for check in plan.checks("rfm"):
            if check.reads == ("figures",) and check.header.get("Level") == "warn":
                (row,) = engine.rows(check, parameters)
                found += broken(check, row, plan)
    return Account(
        figures=figures,
        refused=sorted(engine.table("refused_reasons").to_pylist(), key=lambda row: (-row["lines"], row["reason"])),
        skipped=engine.query(SKIPPED.format(rows="customer_rows")),
        left_out=left_out,
        first_rows=engine.query(
            _FIRST, zone | {"first": FIRST, "counts_free_orders": parameters["counts_free_orders"]}
        ),
        counted_lines=everyone.customers,
        all_data=everyone,
        window=run,
        warnings=found,
    )
