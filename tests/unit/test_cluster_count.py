"""The rule that chooses the number of clusters."""

import pytest

from segmentation.stages.kmeans.cluster_count import Tried, choose_k

# The curve of the first notebooks, where 4 was picked by eye.
PUBLISHED = [
    Tried(2, 3.82e6, 0.5405),
    Tried(3, 2.74e6, 0.465),
    Tried(4, 2.085e6, 0.4935),
    Tried(5, 1.83e6, 0.447),
    Tried(6, 1.56e6, 0.487),
]


def curve(*wcss: float, silhouettes: list[float | None] | None = None, first: int = 2) -> list[Tried]:
    values = silhouettes or [0.5] * len(wcss)
    return [Tried(first + place, *pair) for place, pair in enumerate(zip(wcss, values, strict=True))]


def test_it_chooses_4_on_the_published_curve() -> None:
    k, why = choose_k(PUBLISHED)
    assert k == 4
    assert why == "knee of the WCSS curve: k = 4 lies farthest below the chord (distance 0.268)"


def test_the_order_in_which_they_were_tried_does_not_matter() -> None:
    assert choose_k(PUBLISHED[::-1]) == choose_k(PUBLISHED)
    assert choose_k(PUBLISHED[2:] + PUBLISHED[:2]) == choose_k(PUBLISHED)


@pytest.mark.parametrize(("scale", "shift"), [(1e-6, 0), (1, 5e7), (1000, 1)])
def test_the_unit_of_the_features_does_not_matter(scale: float, shift: float) -> None:
    scaled = [Tried(one.k, one.wcss * scale + shift, one.silhouette) for one in PUBLISHED]
    assert choose_k(scaled)[0] == 4


def test_a_sharp_knee_wins_over_a_larger_silhouette() -> None:
    k, why = choose_k(curve(100, 20, 15, 10, 5, silhouettes=[0.9, 0.3, 0.8, 0.9, 0.9]))
    assert k == 3
    assert "knee" in why


@pytest.mark.parametrize(
    ("case", "tried"),
    [
        ("straight", curve(50, 40, 30, 20, 10, silhouettes=[0.2, 0.3, 0.4, 0.7, 0.6])),
        ("bends by less than a tenth", curve(50, 38, 29, 19, 10, silhouettes=[0.2, 0.3, 0.4, 0.7, 0.6])),
        ("flat", curve(10, 10, 10, 10, 10, silhouettes=[0.2, 0.3, 0.4, 0.7, 0.6])),
        ("all zero", curve(0, 0, 0, 0, silhouettes=[0.2, 0.3, 0.4, 0.7])),
        ("rising", curve(10, 11, 12, 13, 14, silhouettes=[0.2, 0.3, 0.4, 0.7, 0.6])),
        ("bulging", curve(50, 49, 48, 40, 10, silhouettes=[0.2, 0.3, 0.4, 0.7, 0.6])),
    ],
)
def test_a_curve_without_a_knee_is_left_to_the_silhouette(case: str, tried: list[Tried]) -> None:
    k, why = choose_k(tried)
    assert k == 5, case
    assert why == ("the WCSS curve has no clear knee; k = 5 has the largest silhouette among them (0.700)")


def test_equally_good_knees_are_told_apart_by_silhouette() -> None:
    # 3 and 4 lie equally far below the chord; 5 has the largest silhouette but no knee.
    tried = curve(100, 50, 25, 20, 0, silhouettes=[0.1, 0.4, 0.6, 0.9, 0.1])
    k, why = choose_k(tried)
    assert k == 4
    assert why.startswith("k = 3, 4 are equally good knees of the WCSS curve; k = 4 has the largest")


@pytest.mark.parametrize(
    ("wcss", "chosen"),
    [(8.0, 3), (7.5, 4)],  # distances 0.42 and 0.425: 0.4 is at least 95 % of 0.42, but not of 0.425
)
def test_a_knee_ties_when_it_is_within_a_twentieth_of_the_best(wcss: float, chosen: int) -> None:
    # k = 3 lies 0.4 below the chord and has the larger silhouette; k = 4 lies deeper.
    tried = [Tried(2, 100, 0.1), Tried(3, 35, 0.9), Tried(4, wcss, 0.2), Tried(6, 0, 0.1)]
    k, why = choose_k(tried)
    assert k == chosen
    assert ("equally good" in why) == (chosen == 3)


def test_equal_silhouettes_go_to_the_smaller_k() -> None:
    assert choose_k(curve(50, 40, 30, 20, silhouettes=[0.4, 0.5, 0.5, 0.5]))[0] == 3


def test_two_points_make_no_curve_and_are_left_to_the_silhouette() -> None:
    assert choose_k(curve(100, 10, silhouettes=[0.6, 0.5]))[0] == 2
    assert choose_k(curve(100, 10, silhouettes=[0.5, 0.6]))[0] == 3


@pytest.mark.parametrize("silhouette", [0.5, None])
def test_a_single_k_is_taken(silhouette: float | None) -> None:
    assert choose_k([Tried(3, 12.5, silhouette)]) == (3, "only k = 3 could be tried")


def test_a_missing_silhouette_loses_to_any_other() -> None:
    assert choose_k(curve(10, 10, silhouettes=[None, -0.9]))[0] == 3


def test_without_any_silhouette_the_smallest_k_is_taken_and_the_reason_says_none() -> None:
    k, why = choose_k(curve(10, 10, silhouettes=[None, None], first=1))
    assert k == 1
    assert why.endswith("(none)")
