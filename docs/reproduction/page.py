"""The page of the reproduction: page.md.j2 filled with what reproduce.py found, and its chart."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from segmentation.common.formatting import money, number, percent
from segmentation.stages.charts.drawing import LABELS, STYLE, draw_row_labels, finish, new_axes, new_figure
from segmentation.stages.charts.palette import PALETTE

if TYPE_CHECKING:
    from reproduce import Results

COLOURS = {"published": "muted", "reproduced": "high", "corrected": "risk"}
NEW = ["New Customers", "Promising"]


def write_page(results: "Results", folder: Path) -> None:
    """Write README.md and shares.svg into the folder."""
    shares = _shares(results)
    text = Environment(  # noqa: S701  Markdown, from our own figures
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    ).get_template("page.md.j2")
    (folder / "shares.svg").write_text(_chart(shares), encoding="utf-8")
    (folder / "README.md").write_text(text.render(shares=shares, **_figures(results, shares)), encoding="utf-8")
    print(f"wrote {folder / 'README.md'}", flush=True)


def _shares(results: "Results") -> pd.DataFrame:
    """Share of customers by segment, in percent: a row a segment, a column a way to come by it."""
    published = results.published
    columns: dict[str, Any] = {
        "published": {n: 100 * s["customers"] / published["customers"] for n, s in published["segments"].items()}
    }
    for name in ("reproduced", "edges", "corrected", "came_back"):
        columns[name] = 100 * results.scored[name]["segment"].value_counts(normalize=True)
    return pd.DataFrame(columns).reindex(list(published["segments"])).fillna(0.0)


def _figures(results: "Results", shares: pd.DataFrame) -> dict[str, Any]:
    """What the template asks for besides the shares, as text where it is shown as it is."""
    seed, edges, corrected = (results.scored[name] for name in ("reproduced", "edges", "corrected"))
    base = results.again.pop("nothing")
    changes = [(what, (one != base).mean(), _overlap(one, base)) for what, one in results.again.items()]
    chosen = results.search[results.search["chosen"]].iloc[0]
    champions = _champions(seed, corrected)
    return {
        "reviews": number(results.reviews),
        "customers": number(len(seed)),
        "farthest": (shares["reproduced"] - shares["published"]).abs().max(),
        "new_reproduced": number(seed["segment"].isin(NEW).sum()) if seed["segment"].isin(NEW).any() else "no",
        "new_corrected": percent(shares.loc[NEW, "corrected"].sum(), 100),
        "once": champions[1][1:],
        "champions": champions,
        "changed_by_rows": percent(max(share for what, share, _ in changes if what.startswith("the rows")), 1),
        "changed_by_order": percent(max(share for what, share, _ in changes if "scored first" in what), 1),
        "changes": [(what, percent(share, 1), percent(both, 1)) for what, share, both in changes],
        "changed_by_edges": percent((seed["segment"] != edges["segment"]).mean(), 1),
        "changed_in_all": percent((seed["segment"] != corrected["segment"]).mean(), 1),
        "renamed": percent((corrected["segment"] != results.scored["came_back"]["segment"]).mean(), 1),
        "k": chosen["k"],
        "k_first": results.published["k_tried"][0],
        "k_last": results.published["k_tried"][-1],
        "k_reason": chosen["reason"],
        "clusters": _clusters(results),
        "silhouettes": _silhouettes(results),
    }


def _overlap(one: pd.Series, other: pd.Series) -> float:
    """Of the Champions of either, the share that is Champion in both."""
    here, there = one == "Champions", other == "Champions"
    return (here & there).sum() / max(1, (here | there).sum())


def _champions(*ways: pd.DataFrame) -> list[tuple[str, ...]]:
    sides = []
    for rows in ways:
        them = rows[rows["segment"] == "Champions"]
        once = rows[rows["frequency"] == 1]
        varies = once["f_score"].nunique() > 1
        like = f"{once['r_score'].astype(float).corr(once['f_score'].astype(float)):.2f}" if varies else "all score 1"
        sides.append(
            (
                number(len(them)),
                percent((them["frequency"] == 1).mean(), 1),
                f"{them['frequency'].mean():.2f}",
                money(float(them["monetary"].astype(float).mean())),
                like,
            )
        )
    labels = (
        "Champions",
        "of them bought once",
        "their purchases each",
        "their spend each",
        "correlation of recency and frequency score of one-time buyers",
    )
    return [(label, *values) for label, *values in zip(labels, *sides, strict=True)]


def _clusters(results: "Results") -> list[list[str]]:
    """Each published cluster with ours of its kind: the most frequent, then the biggest spenders, then by days."""
    rest, published = results.clusters.copy(), results.published
    rows = []
    for name, column, sign in (
        ("Loyal Customer", "avg_frequency", 1),
        ("One Time Big Spender", "avg_monetary", 1),
        ("New Customer", "avg_recency_days", -1),
        ("Churned", "avg_recency_days", 1),
    ):
        ours = rest.loc[(sign * rest[column].astype(float)).idxmax()]
        theirs = published["clusters"][name]
        share = theirs["customers"] / published["customers"]
        rows.append(
            [
                name,
                percent(share, 1),
                percent(ours["share"], 1),
                f"{100 * (ours['share'] - share):+.1f}",
                f"{theirs['average_recency']:.0f}, {ours['avg_recency_days']:.0f}",
                f"{theirs['average_frequency']:.2f}, {ours['avg_frequency']:.2f}",
                f"{money(theirs['average_spend'])}, {money(float(ours['avg_monetary']))}",
            ]
        )
        rest = rest.drop(ours.name)
    return rows


def _silhouettes(results: "Results") -> list[list[str]]:
    published = results.published["silhouette_by_k"]
    return [
        [str(k), f"{published[k]:.3f}", f"{value:.3f}", f"{value - published[k]:+.3f}"]
        for k, value in zip(results.search["k"], results.search["silhouette"], strict=True)
    ]


@matplotlib.rc_context(STYLE)
def _chart(shares: pd.DataFrame) -> str:
    """Grouped bars: published, reproduced, corrected."""
    height, width = 46 * len(shares), 560
    figure = new_figure(LABELS + width + 60, height + 40)
    axes = new_axes(figure, LABELS, 34, width, height)
    for place, (column, colour) in enumerate(COLOURS.items()):
        rows = [row + (place - 1) * 0.26 for row in range(len(shares))]
        axes.barh(rows, shares[column], height=0.24, color=PALETTE[colour][0], label=column)
        for y, value in zip(rows, shares[column], strict=True):
            axes.annotate(
                f"{value:.1f}%", (value, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9
            )
    axes.set(ylim=(len(shares) - 0.5, -0.5), xticks=[], yticks=[], xlim=(0, shares[list(COLOURS)].max().max() * 1.1))
    draw_row_labels(axes, shares.index)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=3, frameon=False)
    alt = "Bars: the share of customers in each segment as published, as reproduced, and as corrected."
    return finish("shares", "Share of customers by segment", alt, figure).svg
