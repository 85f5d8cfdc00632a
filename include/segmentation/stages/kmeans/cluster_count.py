"""How many clusters: the rule that chooses k from the search. Pure Python."""

from dataclasses import dataclass

# Two k count as equally good knees when their distances to the chord differ by less than this share of it.
TIE = 0.05
# A curve that bends away from its chord by less than this has no knee worth the name.
WEAK = 0.1


@dataclass(frozen=True)
class Tried:
    """A k that was fitted: its within-cluster sum of squares, and its mean silhouette (None for one cluster)."""

    k: int
    wcss: float | None
    silhouette: float | None


def choose_k(tried: list[Tried]) -> tuple[int, str]:
    """Choose a k and say why.

    The knee of the WCSS curve: with both axes scaled to 0..1, the k that lies farthest below the straight line
    (chord) from the first to the last point (Satopaa et al., "Finding a 'Kneedle' in a Haystack", 2011). Among
    near ties, and where the curve hardly bends or has fewer than three points, the largest silhouette decides.
    """
    tried = sorted(tried, key=lambda one: one.k)
    if len(tried) == 1:
        return tried[0].k, f"only k = {tried[0].k} could be tried"
    distances = _distances(tried)
    best = max(distances.values())
    if len(tried) == 2 or best < WEAK:
        return _by_silhouette(tried, "the WCSS curve has no clear knee")
    near = [one for one in tried if distances[one.k] >= best * (1 - TIE)]
    if len(near) == 1:
        k = near[0].k
        return k, f"knee of the WCSS curve: k = {k} lies farthest below the chord (distance {best:.3f})"
    names = ", ".join(str(one.k) for one in near)
    return _by_silhouette(near, f"k = {names} are equally good knees of the WCSS curve")


def _distances(tried: list[Tried]) -> dict[int, float]:
    """How far each point lies below the chord, on axes scaled to 0..1."""
    curve = {one.k: one.wcss for one in tried if one.wcss is not None}
    first, last = tried[0].k, tried[-1].k
    height = curve[first] - curve[last]
    if height <= 0:
        return dict.fromkeys(curve, 0.0)
    return {k: 1 - (k - first) / (last - first) - (wcss - curve[last]) / height for k, wcss in curve.items()}


def _by_silhouette(tried: list[Tried], why: str) -> tuple[int, str]:
    best = max(tried, key=lambda one: (-1.0 if one.silhouette is None else one.silhouette, -one.k))
    value = "none" if best.silhouette is None else f"{best.silhouette:.3f}"
    return best.k, f"{why}; k = {best.k} has the largest silhouette among them ({value})"
