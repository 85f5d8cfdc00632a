"""The colours of everything one can look at. Plain Python, because the pages in Airflow load it too."""

from segmentation.config.segment_maps import CHURNED, HIGH, RISK

# Name -> (light, dark). The one place for colours; the page makes its CSS variables from it.
# The four groups keep apart in hue and lightness for the common kinds of colour blindness.
PALETTE = {
    "ink": ("#1b2026", "#e7eaee"),
    "muted": ("#5b6571", "#a3adb8"),
    "line": ("#d9dee4", "#39424d"),
    "high": ("#0b6fb3", "#58aee8"),
    "new": ("#0a9470", "#3cc79b"),
    "risk": ("#c97a06", "#f2ab3d"),
    "churned": ("#7c858f", "#8d97a3"),
    "other": ("#a0568f", "#d492c4"),
    "cluster": ("#6f56a3", "#b19be0"),
    "heat": ("#5db5ea", "#1b6099"),
}
# One for each cluster, then from the start again. The first four keep apart for the common kinds of colour
# blindness; with more, a number or the shape of a point helps.
CLUSTER_COLOURS = [
    ("#0072b2", "#4da3e6"), ("#d55e00", "#f58a3c"), ("#5a1276", "#8a5af4"), ("#024b1d", "#85f9c5"),
    ("#b67bae", "#aa678e"), ("#7c5500", "#fad03e"), ("#2288f8", "#b2cbf9"), ("#935e63", "#e62c2c"),
    ("#105667", "#77bcbe"), ("#7f9162", "#b9bc88")]  # fmt: skip
PALETTE |= {f"cluster-{place}": pair for place, pair in enumerate(CLUSTER_COLOURS)}
GROUP_COLOURS = {HIGH: "high", "New": "new", RISK: "risk", CHURNED: "churned"}


def group_colour(group: str | None) -> str:
    """The palette's name for the colour of a group of segments; a group of one's own map is `other`."""
    return GROUP_COLOURS.get(group or "", "other")
