"""The rules that find what stands out: each turns the tables of a report into sentences on one topic.

A rule gives None where its tables have nothing to say. The rules expect a report with customers.
"""

import pandas as pd

from segmentation.common.formatting import count_of, listed, name, number
from segmentation.config.segment_maps import CHURNED, RISK
from segmentation.stages.report.facts import (
    Insight,
    Part,
    brings,
    clusters,
    groups,
    known,
    people,
    ranked,
    segments,
    share,
    total,
)
from segmentation.stages.report.fits import names_that_do_not_fit
from segmentation.stages.report.returns import came_back, coming_back, frequency_says
from segmentation.stages.report.shown import Report
from segmentation.stages.report.stakes import at_risk, by_stake, start_with

FEW = 30  # an average or a share of fewer customers is a hint, no more
NAMED = 4  # more segments than these are counted, not named


def few_customers(report: Report) -> Insight | None:
    """A warning when the whole report rests on few customers."""
    if report.customers >= FEW:
        return None
    there = f"{'is' if report.customers == 1 else 'are'} {count_of(report.customers, 'customer')}"
    text = f"There {there} in all. With fewer than {FEW}, every figure here is only a hint."
    return Insight("Few customers", (text,))


def priorities(report: Report) -> Insight | None:
    """Which group gives most, and of those not at risk, where most is at stake, why, and what the map says to do."""
    parts = segments(report)
    worth, spend = ranked(parts, "each"), ranked(parts, "spend")
    if not worth or not spend:
        return None
    sentences = []
    if len(parts) == 1:
        everyone = "The one customer is" if report.customers == 1 else f"All {number(report.customers)} customers are"
        sentences.append(f"{everyone} in {parts[0].name}.")
    else:
        by_group = ranked(groups(report), "spend")
        best = ranked(by_group, "each")[:1]
        if len(by_group) > 1 and by_group[:1] == best:
            sentences.append(f"Most spend, in all and per customer, comes from {brings(report, best[0])}")
        elif len(by_group) > 1:
            sentences.append(f"Most spend in all comes from {brings(report, by_group[0])}")
            sentences.append(f"Spend per customer is highest in {brings(report, best[0])}")
        sentences.append(f"Of all segments, spend per customer is highest in {brings(report, worth[0])}")
    # What to do about those at risk stands under "Contact first".
    leaders = by_stake(report, [part for part in parts if part.group not in (RISK, CHURNED) and part.spend])[:2]
    sentences += [start_with(report, word, part) for word, part in zip(("First", "Then"), leaders, strict=False)]
    return _insight(report, "Whom to prioritise", sentences, [*worth[:1], *leaders])


def shares_of_groups(report: Report) -> Insight:
    """The share of customers and of spend of each group that has customers."""
    parts = groups(report)
    shares = []
    for part in parts:
        spend = "" if part.spend is None else f", {share(part.spend, report.total_monetary)} of all spend"
        back = f"; {came_back(report, part)}" if part.group == RISK and part.back is not None else ""
        shares.append(f"{part.name}: {people(report, part)}{spend}{back}.")
    return _insight(report, "Groups", shares, parts)


def concentration(report: Report) -> Insight | None:
    """The fewest segments that bring half of the spend, taken by spend per customer."""
    parts = [part for part in ranked(segments(report), "each") if part.spend is not None]
    top: list[Part] = []
    while len(top) < len(parts) and 2 * total(part.spend for part in top) < total(part.spend for part in parts):
        top.append(parts[len(top)])
    if not top or len(top) == len(parts):
        return None
    hold, bring, s = ("holds", "brings", "") if len(top) == 1 else ("hold", "bring", "s")
    if len(top) <= NAMED:
        who = f"{listed([part.name for part in top])}, the segment{s} with the most spend per customer,"
    else:
        who = f"The {len(top)} segments with the most spend per customer, of {len(parts)},"
    customers = share(total(part.customers for part in top), report.customers)
    spend = share(total(part.spend for part in top), report.total_monetary)
    text = f"{who} {hold} {customers} of customers and {bring} {spend} of all spend."
    return _insight(report, "Concentration", [text], top)


def bought_once(report: Report) -> Insight | None:
    """The share of customers with a frequency of one, where the bins tell them from the others."""
    bins = [row for row in report.edges if row["metric"] == "frequency" and known(row["customers"])]
    # With the scoring `seed` a bin begins and ends with a value in it. Else it has one of its edges, or the other.
    is_seed = report.settings.get("scoring") == "seed"
    is_right = not is_seed and report.settings.get("bins_closed") == "right"
    once = [row for row in bins if not pd.isna(row["upper"]) and _holds_one_only(row["upper"], is_seed or is_right)]
    others = [row for row in bins if row not in once]
    if not once or any(
        pd.isna(row["lower"]) or row["lower"] < 1 or (row["lower"] == 1 and not is_right) for row in others
    ):
        return None
    words, customers = report.words, total(row["customers"] for row in once)
    if words.counted == words.things:
        did = f"made one {words.one} only"
    elif words.counted.startswith("days"):
        did = "bought on one day only"
    else:
        did = f"bought one {words.counted.removesuffix('s')} only"
    who = f"{number(customers)} of {count_of(report.customers, 'customer')} ({share(customers, report.customers)})"
    in_window = "" if words.summed_up else " in the window"
    return Insight("Bought once", (f"{who} {did}{in_window}.", *frequency_says(report, customers)))


def _holds_one_only(upper: float, has_upper: bool) -> bool:
    """Whether a low bin of frequency that ends at this value, and has it or not, holds ones only, if anything."""
    return 1 <= upper < 2 if has_upper else 1 <= upper <= 2


def contact_first(report: Report) -> Insight | None:
    """The one or two segments at risk where most is at stake, why, and what the map says to do."""
    parts = at_risk(report)[:2]
    sentences = [start_with(report, word, part) for word, part in zip(("Start with", "Then"), parts, strict=False)]
    return _insight(report, "Contact first", sentences, parts) if parts else None


def largest_clusters(report: Report) -> Insight | None:
    """The largest cluster and the one that is worth most per customer. One cluster alone says nothing."""
    parts = clusters(report)
    worth = ranked(parts, "each")
    if len(parts) < 2 or not worth:
        return None
    largest, best = ranked(parts, "customers")[0], worth[0]
    if largest == best:
        start = f"The largest of {len(parts)} clusters is also the one with the most spend per customer"
        sentences = [f"{start}, {brings(report, best)}"]
    else:
        sentences = [f"The largest of {len(parts)} clusters is {brings(report, largest)}"]
        sentences.append(f"Spend per customer is highest in {brings(report, best)}")
    return _insight(report, "Clusters", sentences, [largest, best])


def empty_segments(report: Report) -> Insight | None:
    """The segments of the map without customers."""
    empty = [name(row["segment"]) for row in report.segments if not known(row["customers"])]
    return Insight("Empty segments", (f"No customer is in {listed(empty, 'or')}.",)) if empty else None


RULES = (
    few_customers, names_that_do_not_fit, priorities, shares_of_groups, concentration, bought_once, coming_back,
    contact_first, largest_clusters, empty_segments,
)  # fmt: skip


def _insight(report: Report, topic: str, sentences: list[str], rests_on: list[Part]) -> Insight:
    """The sentences, and a warning that names the parts with few customers that they rest on.

    There is no such warning where all customers are few: `few_customers` has said so.
    """
    small = list(dict.fromkeys(part.name for part in rests_on if part.customers < FEW))
    if small and report.customers >= FEW:
        have = "has" if len(small) == 1 else "have"
        sentences = [*sentences, f"Take care: {listed(small)} {have} fewer than {FEW} customers."]
    return Insight(topic, tuple(sentences))
