"""The points of a cluster: each cluster has a colour and a shape of its own, so neither is needed alone."""

from collections.abc import Iterable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from segmentation.stages.charts.palette import CLUSTER_COLOURS, PALETTE

# Lines from -1 to 1, y downwards. A line without a length is a dot: round or square, as its ends are.
Line = list[tuple[float, float]]
SHAPES: list[tuple[str, float, list[Line]]] = [
    ("round", 1.9, [[(0, 0), (0, 0)]]),
    ("filled", 0, [[(0, -1.15), (1.1, 0.8), (-1.1, 0.8)]]),
    ("projecting", 1.65, [[(0, 0), (0, 0)]]),
    ("filled", 0, [[(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)]]),
    ("butt", 0.65, [[(-1.15, 0), (1.15, 0)], [(0, -1.15), (0, 1.15)]]),
    ("filled", 0, [[(0, 1.15), (1.1, -0.8), (-1.1, -0.8)]]),
    ("butt", 0.65, [[(-0.95, -0.95), (0.95, 0.95)], [(-0.95, 0.95), (0.95, -0.95)]]),
    ("butt", 0.8, [[(-1.3, 0), (1.3, 0)]]),
    ("butt", 0.8, [[(0, -1.3), (0, 1.3)]]),
    ("filled", 0, [[(-1.1, -1.1), (1.1, -1.1), (-1.1, 1.1), (1.1, 1.1)]]),
]


def cluster_colour(cluster: int) -> str:
    """The name of a cluster's colour, the same in every chart."""
    return f"cluster-{int(cluster) % len(CLUSTER_COLOURS)}"


def draw_points(
    axes: Axes, spots: Iterable[tuple[float, float]], cluster: int, radius: float, alpha: float = 1
) -> None:
    """The points of one cluster on a canvas, all as one path to keep the picture small."""
    # With more clusters than colours, the next ones have the same colours in other shapes.
    ends, thickness, lines = SHAPES[(int(cluster) + int(cluster) // len(CLUSTER_COLOURS)) % len(SHAPES)]
    vertices: Line = []
    codes: list[Any] = []
    for x, y in spots:
        for line in lines:
            vertices += [(round(x + radius * across, 1), round(y + radius * down, 1)) for across, down in line]
            codes += [Path.MOVETO, *[Path.LINETO] * (len(line) - 1)]
            if ends == "filled":
                vertices.append((0, 0))
                codes.append(Path.CLOSEPOLY)
    path, colour = Path(vertices, codes), PALETTE[cluster_colour(cluster)][0]
    path.should_simplify = False  # it would drop the dots
    style = (
        {"facecolor": colour, "linewidth": 0}
        if ends == "filled"
        else {"fill": False, "edgecolor": colour, "linewidth": radius * thickness, "capstyle": ends}
    )
    axes.add_patch(PathPatch(path, alpha=alpha, snap=False, **style))
