"""The demo source: the seed settings give the published segments and clusters again."""

import zlib

import numpy as np
import pytest
import seed_result
import yaml
from generated_shop import REVIEWS, Shop, milliseconds

from segmentation.common.paths import PROJECT
from segmentation.sources.demo import DEMO_SEED
from segmentation.sources.demo_shop import profile
from segmentation.stages.kmeans.cluster_count import choose_k

pytestmark = pytest.mark.slow

PUBLISHED = yaml.safe_load((PROJECT / "docs/reproduction/published.yaml").read_text(encoding="utf-8"))
TOLERANCES = PUBLISHED["tolerances"]
ELECTRONICS = zlib.crc32(b"Electronics")


class Result:
    """What comes out for one shop: customers, segments, clusters, search."""

    def __init__(self, reviews: int, seed: int, *, keep_unknown: bool) -> None:
        self.customers = seed_result.one_year_customers(reviews, (seed, ELECTRONICS), keep_unknown=keep_unknown)
        self.segments = seed_result.segments(self.customers)
        self.tried, clusters = seed_result.search(seed_result.features(self.customers), PUBLISHED["k_tried"])
        self.clusters = seed_result.named(self.customers, clusters[4])


@pytest.fixture(scope="module", params=[(DEMO_SEED, False), (5, True)], ids=["as the first notebooks", "another seed"])
def result(request: pytest.FixtureRequest) -> Result:
    seed, keep_unknown = request.param
    return Result(180_000, seed, keep_unknown=keep_unknown)


def points_off(masks: dict[str, np.ndarray], published: dict[str, dict]) -> dict[str, float]:
    """By how many points of percent each share of customers differs from the published one."""
    assert masks.keys() == published.keys()
    return {
        name: 100 * (float(mask.mean()) - published[name]["customers"] / PUBLISHED["customers"])
        for name, mask in masks.items()
    }


def test_segments_have_the_published_shares(result: Result) -> None:
    off = points_off(result.segments, PUBLISHED["segments"])
    assert max(map(abs, off.values())) < TOLERANCES["segment_points"], off


def test_nobody_is_new_or_promising(result: Result) -> None:
    assert not result.segments["New Customers"].any()
    assert not result.segments["Promising"].any()


def test_segments_spend_about_what_was_published(result: Result) -> None:
    for name, figures in PUBLISHED["segments"].items():
        if figures["customers"]:
            spend = result.customers.cents[result.segments[name]].mean() / 100
            assert spend == pytest.approx(figures["average_spend"], rel=0.2), name


def test_clusters_have_the_published_shares(result: Result) -> None:
    off = points_off(result.clusters, PUBLISHED["clusters"])
    assert max(map(abs, off.values())) < TOLERANCES["cluster_points"], off


def test_clusters_have_about_the_published_averages(result: Result) -> None:
    for name, figures in PUBLISHED["clusters"].items():
        mask, customers = result.clusters[name], result.customers
        assert customers.recency[mask].mean() == pytest.approx(figures["average_recency"], abs=8), name
        assert customers.frequency[mask].mean() == pytest.approx(figures["average_frequency"], rel=0.08), name
        assert customers.cents[mask].mean() / 100 == pytest.approx(figures["average_spend"], rel=0.15), name


def test_four_clusters_are_chosen_and_as_clear_as_published(result: Result) -> None:
    assert choose_k(result.tried)[0] == PUBLISHED["k_chosen"]
    silhouette = next(one.silhouette for one in result.tried if one.k == PUBLISHED["k_chosen"])
    assert silhouette == pytest.approx(PUBLISHED["silhouette_by_k"][4], abs=TOLERANCES["silhouette"])


@pytest.mark.parametrize(
    ("table", "spoiled"),
    [
        # Loyal customers who take three things each time, or are few; no late reviews missing; nobody buys dear.
        ("BASKETS", profile.BASKETS[:2] + (((3, 1000),),) * 2),
        ("KINDS", ((profile.SMALL, 760), (profile.BIG, 180), (profile.LOYAL, 40), (profile.LOYAL_BIG, 20))),
        ("LATE_DAYS", (1, 1, 1, 1)),
        ("DEAR_PER_MILLE", (0, 0, 0, 0)),
    ],
)
def test_another_table_would_be_noticed(monkeypatch: pytest.MonkeyPatch, table: str, spoiled: tuple) -> None:
    monkeypatch.setattr(profile, table, spoiled)
    result = Result(60_000, DEMO_SEED, keep_unknown=False)
    off = max(map(abs, points_off(result.segments, PUBLISHED["segments"]).values()))
    cluster_off = max(map(abs, points_off(result.clusters, PUBLISHED["clusters"]).values()))
    assert off > TOLERANCES["segment_points"] or cluster_off > TOLERANCES["cluster_points"]


def test_the_customers_held_against_the_figures_are_those_of_the_files(shop: Shop) -> None:
    made = seed_result.one_year_customers(REVIEWS, (7, ELECTRONICS), keep_unknown=True)
    counted = zip(made.recency.tolist(), made.frequency.tolist(), made.cents.tolist(), strict=True)
    end, day = milliseconds(2023, 9, 14), 86_400_000
    written = [
        (-((max(time for time, _ in bought) - end) // day), len(bought), sum(round(100 * price) for _, price in bought))
        for bought in shop.one_year_customers().values()
    ]
    # A few reviews are made odd on their way to the file.
    assert abs(len(made.recency) - len(written)) <= 4
    assert len(set(counted) - set(written)) <= 4
