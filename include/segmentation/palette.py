"""The colours of the charts and of the page."""

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
GROUP_COLOURS = {"High value": "high", "New": "new", "At risk": "risk", "Churned": "churned"}
