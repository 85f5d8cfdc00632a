"""The figures of claims against a plain computation, for any customers and any claims: hypothesis makes both."""

from fractions import Fraction

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from sql_case import register, run_file

from segmentation.common.paths import SQL
from segmentation.config.segment_maps import Segment, claim_rows, parse_map
from segmentation.config.segment_maps.claims import Claim, Condition

FILES = ("550_claim_counts", "551_claim_values", "552_claim_bounds", "553_claim_fits", "556_segment_claims")
NUMBERS = st.sampled_from(
    ["1", "2", "9.99", "10.5", "1.5", "0.333333", "1.5 times all", "1 times all", "0.9 times all"]
)
SHARES = st.sampled_from(["0.2", "0.4", "0.333333", "0.5", "0.999999", "0.000001"])
AMOUNT_KEYS = [f"{measure}_{side}" for measure in ("bought", "spend", "recency") for side in ("at_least", "at_most")]
WAYS = st.dictionaries(st.sampled_from(AMOUNT_KEYS), NUMBERS, min_size=1, max_size=2) | st.dictionaries(
    st.sampled_from(["spend_top", "most_recent", "longest_ago"]), SHARES, min_size=1, max_size=2
)
SIDES = st.sampled_from(["at_least", "at_most"])
CLAIMS = st.lists(
    st.builds(
        lambda kind, ways: {kind: ways}, st.sampled_from(["every", "none"]), st.lists(WAYS, min_size=1, max_size=2)
    )
    | st.builds(
        lambda kind, ways, side, limit: {kind: ways, side: limit},
        st.sampled_from(["share_of", "spend_of"]),
        st.lists(WAYS, min_size=1, max_size=2),
        SIDES,
        st.sampled_from(["0", "0.25", "0.5", "0.333333", "0.666667", "1"]),
    )
    | st.builds(
        lambda kind, measure, side, limit: {kind: measure, side: limit},
        st.sampled_from(["average", "median"]),
        st.sampled_from(["bought", "spend", "recency"]),
        SIDES,
        NUMBERS,
    ),
    min_size=8,
    max_size=16,
    unique_by=str,
)
# Few different values, so that many customers stand on a bound.
CUSTOMERS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from([1, 2, 3, 9]),  # orders
        st.sampled_from([1, 2, 3, 9]),  # what frequency counts
        st.sampled_from([0, 26, 999, 1000, 1050, 2000]) | st.integers(26, 10**11),  # cents; 0 for free orders only
        st.sampled_from([1, 2, 3, 10, 365]),  # days
    ),
    min_size=1,
    max_size=25,
)
Customer = tuple[str, int, int, int, int]


def values(customers: list[Customer]) -> dict[str, list[Fraction]]:
    """What each customer has of each measure."""
    return {
        "bought": [Fraction(min(orders, times)) for _, orders, times, _, _ in customers],
        "spend": [Fraction(cents, 100) for *_, cents, _ in customers],
        "recency": [Fraction(days) for *_, days in customers],
    }


def quantile(numbers: list[Fraction], share: Fraction) -> Fraction:
    """Type 7, of as many numbers as there are."""
    ordered, place = sorted(numbers), (len(numbers) - 1) * share
    low = int(place)
    high = min(low + 1, len(numbers) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def fulfils(one: Condition, value: Fraction, everyone: list[Fraction]) -> bool:
    number = Fraction(one.number, 10**6)
    bound = {
        "value": lambda: number,
        "average": lambda: number * sum(everyone) / len(everyone),
        "place": lambda: quantile(everyone, number),
    }[one.basis]()
    return value >= bound if one.side == "at_least" else value <= bound


def plain(claim: Claim, own: list[Customer], everyone: list[Customer]) -> Fraction | None:
    """The figure of a claim, exact; None where there is nothing to compare with."""
    mine, all_values = values(own), values(everyone)
    if claim.kind in ("average", "median"):

        def figure(numbers: list[Fraction]) -> Fraction:
            return sum(numbers) / len(numbers) if claim.kind == "average" else quantile(numbers, Fraction(1, 2))

        found = figure(mine[claim.measure])
        whole = figure(all_values[claim.measure]) if claim.of_all else Fraction(1)
        return found / whole if whole else None
    fits = [
        any(all(fulfils(one, mine[one.measure][n], all_values[one.measure]) for one in way) for way in claim.ways)
        for n in range(len(own))
    ]
    weights = mine["spend"] if claim.kind == "spend_of" else [Fraction(1)] * len(own)
    fitting = sum((weight for weight, fit in zip(weights, fits, strict=True) if fit), Fraction(0))
    return fitting / sum(weights) if sum(weights) else None


def map_of(claims: list[dict]) -> tuple[Segment, ...]:
    """A map in which A and B make the claims and C makes none, read as from a file."""
    import yaml

    entry = {"group": "G", "meaning": "m", "action": "a"}
    rules = {"A": {"recency": 1}, "B": {"recency": 2}, "C": {"recency": [3, 5]}}
    entries = [{"name": name, "rules": [rule], **entry} for name, rule in rules.items()]
    for one in entries[:2]:
        one["claims"] = claims
    return parse_map(yaml.safe_dump({"segments": entries}), "made up")


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(customers=CUSTOMERS, claims=CLAIMS)
def test_figures_are_those_of_a_plain_computation(spark: SparkSession, customers, claims) -> None:
    segments = map_of(claims)
    for view, rows in claim_rows.rows(segments).items():
        names = [column.split()[0] for column in claim_rows.VIEWS[view].split(", ")]
        register(spark, view, [dict(zip(names, row, strict=True)) for row in rows])
    rows = [
        {
            "user_id": f"u{n}",
            "segment": name,
            "orders": orders,
            "frequency": times,
            "monetary": f"{cents // 100}.{cents % 100:02}",
            "recency_days": days,
        }
        for n, (name, orders, times, cents, days) in enumerate(customers)
    ]
    register(spark, "customer_segments", rows)
    for name in FILES:
        file, frame = run_file(spark, SQL / f"50_report/{name}.sql", {})
        frame.createOrReplaceTempView(file.name)
    found = {(row.segment, row.claim_number): row for row in frame.collect()}
    assert len(found) == sum(len(segment.claims) for segment in segments)
    for segment in segments:
        own = [customer for customer in customers if customer[0] == segment.name]
        for place, claim in enumerate(segment.claims, 1):
            row = found[segment.name, place]
            assert row.customers == len(own)
            exact = plain(claim, own, customers) if own else None
            if exact is None:
                assert (row.figure, row.held, row.found) == (None, None, None)
                continue
            limit = Fraction(claim.limit, 10**6)
            at_least = claim.side == "at_least"
            assert row.held == (exact >= limit if at_least else exact <= limit), claim.text
            away = exact - Fraction(row.figure) if at_least else Fraction(row.figure) - exact
            assert 0 <= away < Fraction(1, 10**6), claim.text


def test_the_plain_quantile_is_that_of_the_edges() -> None:
    numbers = [Fraction(n) for n in (1, 1, 2, 5, 9)]
    assert [quantile(numbers, Fraction(n, 5)) for n in range(1, 5)] == [
        1,
        Fraction(8, 5),
        Fraction(16, 5),
        Fraction(29, 5),
    ]
