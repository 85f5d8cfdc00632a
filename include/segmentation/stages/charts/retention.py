"""The chart of those who bought again, by the month of their first purchase."""

import matplotlib
import pandas as pd

from segmentation.common.formatting import count_of, percent
from segmentation.stages.charts.drawing import SMALL, STYLE, WIDE, Chart, finish, months_apart, new_axes, new_figure
from segmentation.stages.charts.palette import PALETTE

SHOWN = 36  # months: the last ones
COLOURS = {30: "churned", 90: "high", 180: "new", 365: "risk"}
MARKERS = {30: "s", 90: "o", 180: "^", 365: "D"}
LEFT, TOP, HEIGHT = 46, 40, 190


@matplotlib.rc_context(STYLE)
def cohort_retention(cohort_retention: pd.DataFrame, one: str = "purchase") -> Chart | None:
    """Lines: the share of new customers who bought again within 30, 90, 180 and 365 days, by month.

    `one`: what customers make, an order or a purchase. None where no month is old enough for a share.
    """
    months = sorted(cohort_retention["cohort_month"].unique())[-SHOWN:]
    rows = cohort_retention[cohort_retention["cohort_month"].isin(months)].dropna(subset=["share"])
    if rows.empty:
        return None
    figure = new_figure(WIDE, TOP + HEIGHT + 44)
    axes = new_axes(figure, LEFT, TOP, WIDE - LEFT - 20, HEIGHT)
    places = {month: place for place, month in enumerate(months)}
    for days, lines in rows.sort_values("cohort_month").groupby("days"):
        colour = PALETTE[COLOURS[int(days)]][0]
        axes.plot(
            [places[month] for month in lines["cohort_month"]],
            [100 * share for share in lines["share"]],
            color=colour,
            marker=MARKERS[int(days)],
            markersize=5,
            linewidth=2,
            label=f"within {int(days)} days",
        )
    # As many months are named as have room beside each other in a wide font.
    step = months_apart(len(months), WIDE - LEFT - 20)
    axes.set_xticks(range(0, len(months), step), [f"{month:%Y-%m}" for month in months[::step]])
    highest = max(1.0, 100 * rows["share"].max())
    axes.set(xlim=(-0.6, len(months) - 0.4), ylim=(0, 1.1 * highest))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}%" if highest > 4 else f"{value:.1f}%")
    axes.grid(axis="y", color=PALETTE["line"][0], linewidth=0.8)
    axes.tick_params(length=0, labelsize=SMALL + 1)
    axes.tick_params(axis="x", pad=10)
    axes.spines["bottom"].set_visible(True)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=4, frameon=False, fontsize=SMALL + 1)
    parts = []
    for days, lines in rows.groupby("days"):
        customers, again = lines["customers"].sum(), lines["bought_again"].sum()
        parts.append(f"{percent(again, customers)} of {count_of(customers, 'customer')} within {int(days)} days")
    alt = f"Lines: who bought again, by month of first {one}, {len(months)} months. {'; '.join(parts)}."
    note = (
        f"By the month of their first {one} in all data, not only in the window. Bought again: on a later day. A "
        "month has a point once the days have passed for all of it. In the first months of the data many are not new: "
        "what they bought before is not in it."
    )
    return finish("cohort-retention", "New customers who bought again", alt, figure, True, note)
