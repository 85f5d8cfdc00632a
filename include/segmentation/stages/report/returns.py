"""Who comes back: what frequency can say in a shop of one-time buyers, and how many new customers buy again."""

from segmentation.common.formatting import count_of, name, number
from segmentation.stages.report.facts import Insight, Part, segments, share, total
from segmentation.stages.report.shown import Report

MOSTLY_ONCE = 0.6
MONTHS = 12  # the last ones that are old enough
FEW = 30


def frequency_says(report: Report, once: int) -> list[str]:
    """Where most bought once: what frequency can and cannot say there, and what a longer window would give."""
    if once <= MOSTLY_ONCE * report.customers:
        return []
    sentences = [
        "So frequency says who came back, and hardly how often: a score of frequency parts few from the many, and "
        "recency and spend tell the many apart."
    ]
    back = [part.back for part in segments(report)]
    if None not in back:
        known = total(back)
        sentences.append(
            f"In all data up to this month {number(known)} of them ({share(known, report.customers)}) bought on two "
            "days or more: a window that reaches back to the beginning would score so many as having come back."
        )
    return sentences


def came_back(report: Report, part: Part) -> str:
    """How much of a group is of customers who ever came back: `12.0% of them ever came back, with 30.0% of ...`."""
    spend = "" if part.spend_back is None else f", with {share(part.spend_back, part.spend)} of that spend"
    return f"{share(part.back, part.customers)} of them ever came back{spend}"


def coming_back(report: Report) -> Insight | None:
    """How many new customers buy again within 30, 90, 180 and 365 days, and after how long by their first basket."""
    shares = []
    for days in sorted({row["days"] for row in report.cohorts}):
        rows = sorted(
            (row for row in report.cohorts if row["days"] == days and row["bought_again"] is not None),
            key=lambda row: row["cohort_month"],
        )[-MONTHS:]
        customers = total(row["customers"] for row in rows)
        if customers >= FEW:
            again = total(row["bought_again"] for row in rows)
            shares.append(f"{share(again, customers)} within {days} days")
    sentences = []
    if shares:
        sentences.append(
            f"Of new customers {_listed(shares)} bought again, on a later day; new are those whose first "
            f"{report.words.one} in all data, not only in the window, lies in the last {MONTHS} months for which so "
            "many days have passed."
        )
    return Insight("Coming back", (*sentences, *_by_basket(report))) if shares else None


def _by_basket(report: Report) -> list[str]:
    """For each segment that a first basket makes: how many came back within the longest time known, and how soon."""
    order = [row["segment"] for row in report.segments]
    known = [row for row in report.second_purchases if row["customers"] >= FEW and row["segment"] in order]
    if not known:
        return []
    longest = max(row["days"] for row in known)
    rows = sorted((row for row in known if row["days"] == longest), key=lambda row: order.index(row["segment"]))
    sentences = []
    for row in rows:
        usual = f", half of them within {count_of(round(row['median_days']), 'day')}" if row["came_back"] else ""
        sentences.append(
            f"After a first basket that makes {name(row['segment'])}, {share(row['came_back'], row['customers'])} of "
            f"{count_of(row['customers'], 'customer')} bought again within {longest} days{usual}."
        )
    return sentences


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
