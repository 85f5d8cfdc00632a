"""The charts about the source: ratings, popular products, main categories. Pure, as those of `segments`.

Names of products and categories are texts of strangers: they are cleaned, wrapped and cut by the helpers of
`drawing`, and stay text in the SVG.
"""

from collections.abc import Sequence
from typing import Any

import matplotlib
import pandas as pd

from segmentation.common.formatting import clean, number, percent, shorten
from segmentation.stages.charts.drawing import (
    LABELS,
    STYLE,
    WIDTH,
    Chart,
    draw_bars,
    draw_row_labels,
    finish,
    leave_room,
    new_axes,
    new_figure,
)
from segmentation.stages.charts.palette import PALETTE

BARS_SHOWN = 10
STARS = (5, 4, 3, 2, 1)
STATUSES = {True: ("Verified", "high"), False: ("Not verified", "risk")}
UNKNOWN = "(unknown)"


@matplotlib.rc_context(STYLE)
def rating_distribution(rating_distribution: pd.DataFrame) -> Chart:
    """Reviews of the last year by stars, five stars on top, with a bar for each verified status."""
    rows = rating_distribution[rating_distribution["period"] == "last_year"]
    counts = {(row.stars, row.verified): int(row.reviews) for row in rows.itertuples()}
    totals = {status: sum(n for (_, verified), n in counts.items() if verified == status) for status in STATUSES}
    left, top, height = 64, 34, 50 * len(STARS)
    figure = new_figure(WIDTH, top + height + 4)
    axes = new_axes(figure, left, top, WIDTH - left, height)
    labels = {key: f"{number(n)} ({percent(n, totals[key[1]])})" if n else "0" for key, n in counts.items()}
    for (star, status), count in counts.items():
        place = STARS.index(star) + (-0.19 if status else 0.19)
        axes.barh(place, count, height=0.34, color=PALETTE[STATUSES[status][1]][0])
        axes.annotate(labels[star, status], (count, place), xytext=(5, 0), textcoords="offset points", va="center")
    axes.set(ylim=(len(STARS) - 0.5, -0.5))
    leave_room(axes, max(counts.values(), default=0), labels.values())
    draw_row_labels(axes, [f"{star} star{'s' if star > 1 else ''}" for star in STARS])
    for place, (name, colour) in enumerate(STATUSES.values()):
        spot = {"xycoords": "axes pixels", "textcoords": "offset points", "annotation_clip": False}
        axes.annotate("■", (0, height), xytext=(120 * place, 12), color=PALETTE[colour][0], **spot)
        axes.annotate(name, (0, height), xytext=(120 * place + 16, 12), **spot)
    alt = f"Bars: {number(sum(totals.values()))} reviews of the last year by stars and verified status."
    for status, (name, _) in STATUSES.items():
        five = counts.get((5, status), 0)
        alt += f" {name}: {number(totals[status])}, of which {percent(five, totals[status])} with five stars."
    note = "Percentages are of all verified or all not verified reviews."
    return finish("rating-distribution", "Ratings, last year", alt, figure, note=note)


@matplotlib.rc_context(STYLE)
def popular_products(popular_products: pd.DataFrame) -> Chart | None:
    """The most bought products of the last year, most bought on top. None where nothing was bought."""
    rows = popular_products[popular_products["ranking"] == "purchases_last_year"]
    rows = rows.sort_values("place").head(BARS_SHOWN)
    names = [product_label(row.product_name, row.parent_asin) for row in rows.itertuples()]
    if not names:
        return None
    alt = (
        f"Bars: the {number(len(names))} most bought products of the last year. First:"
        f" {shorten(names[0], 80)}, {number(rows['purchases'].iloc[0])} purchases."
    )
    return _bars("popular-products", "Most popular products, last year", alt, names, rows["purchases"], "")


@matplotlib.rc_context(STYLE)
def top_categories(category_summary: pd.DataFrame) -> Chart | None:
    """The main categories with most purchases in the last year. None where nothing was bought."""
    rows = category_summary[category_summary["purchases_last_year"] > 0]
    names = rows["main_category"].map(category_label)
    rows = rows.assign(name=names).sort_values(["purchases_last_year", "name"], ascending=[False, True])
    if rows.empty:
        return None
    total, shown = rows["purchases_last_year"].sum(), rows.head(BARS_SHOWN)
    left_out = len(rows) - len(shown)
    rest = total - shown["purchases_last_year"].sum()
    note = f"Not shown: {number(left_out)} more with {number(rest)} purchases." if left_out else ""
    first = shown.iloc[0]
    alt = (
        f"Bars: {number(total)} purchases of the last year by main category. Largest: {clean(first['name'])},"
        f" {number(first['purchases_last_year'])} ({percent(first['purchases_last_year'], total)})."
    )
    return _bars("top-categories", "Top categories, last year", alt, shown["name"], shown["purchases_last_year"], note)


def product_label(name: Any, parent_asin: str) -> str:
    """The name of a product, or its id where the name is unknown or has nothing to show."""
    return (clean(name) if isinstance(name, str) else "") or clean(parent_asin)


def category_label(name: Any) -> str:
    """The name of a category, or a word for the unknown one."""
    return (clean(name) if isinstance(name, str) else "") or UNKNOWN


def _bars(name: str, title: str, alt: str, names: Sequence[str], purchases: Any, note: str) -> Chart:
    height = 40 * len(names)
    figure = new_figure(WIDTH, height + 8)
    axes = new_axes(figure, LABELS, 4, WIDTH - LABELS, height)
    draw_bars(axes, purchases, [number(n) for n in purchases], ["high"] * len(names))
    draw_row_labels(axes, names)
    return finish(name, title, alt, figure, note=note)
