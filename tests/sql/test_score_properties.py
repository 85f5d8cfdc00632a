"""What must be true of scores whatever the customers are: hypothesis makes the customers, Spark runs the SQL."""

from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from rfm_views import scored
from sql_case import register, run_file

from segmentation.common.paths import SQL

Customer = tuple[int, int, Decimal]
Scores = list[tuple[int, int, int]]

# Few different values, so that most examples have ties; now and then a large one.
CUSTOMERS = st.lists(
    st.tuples(
        st.integers(1, 6) | st.integers(1, 400),
        st.sampled_from([1, 1, 1, 2, 3]) | st.integers(1, 1000),
        st.sampled_from([Decimal("0.26"), Decimal("9.99"), Decimal("20.00")])
        | st.decimals("0.26", 10**9, places=2, allow_nan=False),
    ),
    min_size=1,
    max_size=30,
)
few_examples = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    # An example takes seconds, so a failure is shown as it was found.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def scores_of(spark: SparkSession, scoring: str, customers: list[Customer], bins: int = 5) -> Scores:
    """The scores in the order of the customers, and a check that the bins hold them all."""
    rows = [
        {"user_id": f"u{place:03}", "recency_days": days, "frequency": times, "monetary": str(spend)}
        for place, (days, times, spend) in enumerate(customers)
    ]
    with scored(spark, scoring, rows, bins):
        found = {
            row.user_id: (row.r_score, row.f_score, row.m_score) for row in spark.table("customer_scores").collect()
        }
        counts = spark.table("rfm_edges").groupBy("metric").sum("customers").collect()
    assert {count for _, count in counts} == {len(customers)}
    return [found[row["user_id"]] for row in rows]


def assert_rising(customers: list[Customer], scores: Scores, bins: int = 5) -> None:
    """Scores follow the values: few days, many purchases and much spend are better."""
    for metric, sign in enumerate((-1, 1, 1)):
        pairs = sorted(
            (sign * customer[metric], score[metric]) for customer, score in zip(customers, scores, strict=True)
        )
        assert [score for _, score in pairs] == sorted(score for _, score in pairs)
        assert all(1 <= score <= bins for _, score in pairs)


@few_examples
@given(customers=CUSTOMERS, far_away=st.booleans(), bins=st.integers(3, 10), draw=st.randoms(use_true_random=False))
def test_equal_values_share_a_score_and_better_ones_have_no_worse(
    spark: SparkSession, customers, far_away, bins, draw
) -> None:
    if far_away:
        # One customer beyond all others changes no order among them.
        customers = [*customers, (5000, 100_000, Decimal(10) ** 12)]
    scores = scores_of(spark, "edges", customers, bins)
    assert_rising(customers, scores, bins)
    for metric in range(3):
        by_value = {(one[metric], score[metric]) for one, score in zip(customers, scores, strict=True)}
        assert len(by_value) == len({value for value, _ in by_value})
    # Other names and another order of the rows change nothing.
    order = list(range(len(customers)))
    draw.shuffle(order)
    again = scores_of(spark, "edges", [customers[place] for place in order], bins)
    assert again == [scores[place] for place in order]


@few_examples
@given(customers=CUSTOMERS)
def test_tiles_are_equal_in_size_and_follow_the_values(spark: SparkSession, customers) -> None:
    scores = scores_of(spark, "seed", customers)
    assert_rising([(days, 0, spend) for days, _, spend in customers], [(r, 1, m) for r, _, m in scores])
    for metric in range(3):
        sizes = [sum(score[metric] == tile for score in scores) for tile in range(1, 6)]
        assert max(sizes) - min(sizes) <= 1


SEGMENTED = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(1, 400), st.integers(1, 9), st.integers(26, 10**9)),
    min_size=1,
    max_size=40,
)


@few_examples
@given(now=SEGMENTED, before=SEGMENTED)
def test_shares_of_segments_add_up_to_one(spark: SparkSession, now, before) -> None:
    rows = [
        {"segment": segment, "recency_days": days, "frequency": times, "monetary": cents / 100, "orders": times}
        for segment, days, times, cents in now
    ]
    register(spark, "customer_histories", rows)
    segments_before = [{"user_id": f"u{n}", "segment": row[0]} for n, row in enumerate(before)]
    register(spark, "segments_before", segments_before)
    register(spark, "segments", [{"segment": name, "segment_group": "G"} for name in "ABCD"])
    _, frame = run_file(spark, SQL / "50_report/510_segment_summary.sql", {})
    rows = frame.collect()
    assert [round(sum(row[name] for row in rows), 12) for name in ("share", "share_of_total")] == [1, 1]
    assert sum(row.customers for row in rows) == len(now)
    assert sum(row.total_monetary for row in rows) == sum(Decimal(cents) for *_, cents in now) / 100
    assert sum(row.change for row in rows) == len(now) - len(before)
