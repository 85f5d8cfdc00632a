"""From what the pages show to HTML: the templates, their filters, the style, and the content policy that fits it."""

import base64
import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from segmentation.common import formatting
from segmentation.common.paths import TEMPLATES
from segmentation.config.segment_maps import Segment
from segmentation.pages.comparing import MONEY, SHARE, Figure
from segmentation.pages.listing import Listing
from segmentation.planning.earlier import PREVIOUS
from segmentation.stages.charts.palette import PALETTE, group_colour
from segmentation.warehouse.ancestry import dataset_of

# Nothing from elsewhere and no script. The pages stand in a frame of Airflow's.
POLICY = (
    "default-src 'none'; style-src {style}; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=formatting.number,
        day=formatting.day,
        clean=formatting.clean,
        money=formatting.money,
        signed=lambda value: _signed(value, formatting.number(value)),
        figure=figure,
        difference=difference,
        text=lambda value: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
        size=size,
        moment=moment,
        month=month,
        short=short,
        cells_by_owner=cells_by_owner,
        label=label,
        colour=group_colour,
        options=options,
    )
    return environment


def page(template: str, up: str, **content: Any) -> str:
    """A page. `up` is the way to the list, such as `../../`: all links are relative, so any base path works."""
    return _environment().get_template(f"airflow/{template}").render(up=up, css=style(), **content)


def with_way_back(report: str, up: str, **content: Any) -> str:
    """A report's own page with a line on top that leads back to the list."""
    bar = _environment().get_template("airflow/bar.html.j2").render(up=up, **content)
    return report.replace("<body>", f"<body>\n{bar}", 1)


@cache
def style() -> Markup:
    """The style of all pages: that of the report, and what the pages need besides."""
    template = _environment().get_template("airflow/pages.css.j2")
    return Markup(template.render(palette=PALETTE).strip())


@cache
def policy() -> str:
    """The content policy of the pages: this one style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return POLICY.format(style=f"'sha256-{digest}'")


# A report is one file with its style inside, also on its elements.
REPORT_POLICY = POLICY.format(style="'unsafe-inline'")


def figure(value: Any, kind: str, currency: str = "", digits: int = 2) -> str:
    """A figure in its unit."""
    if kind == MONEY:
        return formatting.money(value, formatting.clean(currency), digits)
    return formatting.percent(value, 1) if kind == SHARE else formatting.number(value)


def difference(one: Figure, currency: str = "", digits: int = 2) -> str:
    """The change of a figure in its unit, with its sign."""
    if one.kind == SHARE and one.change is not None:
        return _signed(one.change, f"{formatting.number(100 * one.change, 1)} points")
    return _signed(one.change, figure(one.change, one.kind, currency, digits))


def _signed(value: Any, written: str) -> str:
    return ("+" if value is not None and value > 0 else "") + written


def options(listing: Listing, chosen: str) -> Markup:
    """The months to choose from, by shop. Thousands of them take a template too long."""
    groups = []
    for shop in listing.shops:
        title = escape(formatting.clean(shop.title))
        months = (
            f'<option value="{month.key}"{" selected" if month.key == chosen else ""}>{title}, '
            f"{formatting.day(month.as_of)}{', trial' if month.is_trial else ''}</option>"
            for month in shop.all
        )
        groups.append(f'<optgroup label="{title}">{"".join(months)}</optgroup>')
    # The title is escaped, and nothing in a key or a date needs it.
    return Markup("\n".join(groups))


def size(count: int) -> str:
    """A number of bytes such as `941 bytes`, `12 KB` or `3.4 MB`."""
    if count < 1000:
        return formatting.count_of(count, "byte")
    for unit, factor in (("KB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        if count < 1000 * factor or unit == "GB":
            return f"{count / factor:,.{0 if count >= 10 * factor else 1}f} {unit}"
    raise AssertionError


def moment(created_at: str) -> str:
    """When something was made, in UTC to the minute."""
    return f"{datetime.fromisoformat(created_at):%Y-%m-%d %H:%M}"


def month(day: date) -> str:
    """An as-of date at the end of a chart."""
    return f"{day:%b %Y}" if day.day == 1 else f"{day.day} {day:%b %Y}"


def short(count: int) -> str:
    """A number for a small place, such as `941`, `12.3K`; empty for none."""
    if count < 10_000:
        return formatting.number(count) if count else ""
    return formatting.money(count, "", compact=True)


def cells_by_owner(segments: Iterable[Segment]) -> dict[str, tuple[int, Segment]]:
    """For each cell the segment that has it, with its place in the map from 1 on."""
    return {cell: (place, one) for place, one in enumerate(segments, 1) for cell in one.cells}


def label(name: str) -> str:
    """What an input is called: its dataset, and what is special about it."""
    if name.startswith(PREVIOUS):
        return f"{dataset_of(name)}, the month before"
    return name if dataset_of(name) == name else f"{dataset_of(name)}, {name.replace('_', ' ')}"
