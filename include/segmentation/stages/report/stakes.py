"""What is at stake in a segment: how many there are, what they spent, and whether and when such customers come back.

Those who ever came back have shown that they do; what they spent is at stake in full. Of what others spent as much is
at stake as new customers come back within a year, and nothing where that is not known.
"""

from typing import Any

from segmentation.common.formatting import count_of, money, number
from segmentation.config.segment_maps import RISK
from segmentation.stages.report.facts import Part, segments, share, total, who_spent
from segmentation.stages.report.shown import Report

MANY_ONCE = 0.6  # from this share of one-time buyers on, a segment is large because of them
YEAR = 365


def return_rate(report: Report) -> float | None:
    """The share of new customers who buy again within a year, over the last twelve months that are old enough."""
    rows = sorted(
        (row for row in report.cohorts if row["days"] == YEAR and row["share"] is not None),
        key=lambda row: row["cohort_month"],
    )[-12:]
    customers = total(row["customers"] for row in rows)
    return total(row["bought_again"] for row in rows) / customers if customers else None


def at_stake(report: Report, part: Part) -> Any:
    """The amount at stake in a segment; all that it spent where nothing is known of who came back. None: unknown."""
    if part.spend is None or part.spend_back is None:
        return part.spend
    rest = float(part.spend - part.spend_back) * (return_rate(report) or 0)
    return float(part.spend_back) + rest


def by_stake(report: Report, parts: list[Part]) -> list[Part]:
    """The parts by what is at stake, the most first, and before them none that are not due yet.

    A part is not due where its customers have been away for less time than those who came back took. Equal ones stand
    by name, those of unknown spend last.
    """

    def place(part: Part) -> tuple[bool, bool, Any, str]:
        stake = at_stake(report, part)
        return (stake is None, is_not_due(part), -float(stake or 0), part.name)

    return sorted(parts, key=place)


def at_risk(report: Report) -> list[Part]:
    """The segments at risk with customers, by what is at stake."""
    return by_stake(report, [part for part in segments(report) if part.group == RISK])


def is_not_due(part: Part) -> bool:
    """Whether the customers have been away for less time than it usually takes to come back."""
    return bool(part.days_back is not None and part.recency is not None and part.recency < part.days_back)


def why(report: Report, part: Part) -> str:
    """Why a segment has its place, in words: `At stake: $900, what those spent who ...`. May be empty."""
    if part.back is None or part.spend is None:
        return ""
    rate = return_rate(report)
    many = part.customers > 1
    start = f"At stake: {money(at_stake(report, part), report.currency, 0)}"
    came = f"{count_of(part.back, 'customer')} ({share(part.back, part.customers)}) ever came back"
    if part.back and rate is not None and part.back < part.customers:
        text = (
            f"{start}, all that those spent who ever came back, {number(part.back)} of {number(part.customers)}, and "
            f"{share(rate, 1)} of the rest, as many new customers buy again within a year."
        )
    elif part.back:
        text = f"{start}, what those spent who ever came back: {number(part.back)} of {number(part.customers)}."
    elif rate is not None:
        text = f"{start}: {'none of them' if many else 'the customer never'} ever came back" if many else start
        text = f"{text}; {share(rate, 1)} of new customers buy again within a year."
    else:
        text = f"{start}: {came}."
    if part.days_back is not None and part.recency is not None:
        usual = count_of(round(part.days_back), "day")
        away = count_of(round(part.recency), "day")
        text += f" Half of those who came back did so within {usual}; the segment has been away for {away} on average."
        text += f" So they are {'not overdue yet' if is_not_due(part) else 'overdue'}."
    return text


def once_sentence(report: Report, part: Part) -> str:
    """Whether a segment is large because of one-time small buyers, in words. Empty where it is not."""
    if not part.once or part.spend_once is None or part.once < MANY_ONCE * part.customers or not report.customers:
        return ""
    each, usual = part.spend_once / part.once, report.total_monetary / report.customers
    if each >= usual or part.customers < report.customers / 50:
        return ""
    return (
        f"It is large because of one-time small buyers: {number(part.once)} ({share(part.once, part.customers)}) "
        f"bought once, for {money(each, report.currency)} each; the average of all is {money(usual, report.currency)}."
    )


def start_with(report: Report, word: str, part: Part) -> str:
    """Whom to begin with, and why: who they are, what they spent, what is at stake, and what the map says to do."""
    in_all = f", {money(part.spend, report.currency)} in all" if part.customers > 1 and part.spend is not None else ""
    action = part.action
    if part.misfit:
        action = f"Its name does not fit its customers, so look before you act on it: {part.misfit}."
    parts = [f"{word} {part.name}: {who_spent(report, part)}{in_all}.", why(report, part), once_sentence(report, part)]
    return " ".join(text for text in (*parts, action) if text)
