"""docs/performance.md from the results that are kept in `bench/results`, and the summary at the end of a bench."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench import figures
from bench.chart import draw
from bench.contenders import CONTENDERS
from bench.errors import BenchError
from bench.figures import CPU, MEMORY, PRODUCT, ROWS
from bench.journeys import JOURNEYS
from bench.stages import CLEAN_AND_SCORES, RAW, SEARCH, TABLES, TOTAL
from segmentation.common.paths import PROJECT

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PAGE = PROJECT / "docs" / "performance.md"
CHART = PROJECT / "docs" / "images" / "performance.svg"
GROWS = (RAW, CLEAN_AND_SCORES, SEARCH, TABLES, TOTAL, CPU, MEMORY)


def write() -> None:
    """Write the page and its chart. Raises BenchError if no results are kept."""
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob("*.json")]
    if not kept:
        raise BenchError("No results are kept in bench/results. Run `make bench`.")
    kept.sort(key=lambda results: results["scale"])
    CHART.write_text(draw(kept[-1]), encoding="utf-8")
    PAGE.write_text(render(kept), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(PROJECT)} and {CHART.relative_to(PROJECT)}", flush=True)


def render(kept: list[dict[str, Any]]) -> str:
    """The page as Markdown from results by scale, the smallest first."""
    template = Environment(  # noqa: S701  Markdown, from our own figures
        loader=FileSystemLoader(HERE), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    ).get_template("page.md.j2")  # fmt: skip
    return template.render(
        scales=[_scale(results) for results in kept],
        growth=[_growth(smaller, larger) for smaller, larger in pairwise(kept)],
        largest=f"{kept[-1]['scale']:g}",
    )


def summary(results: dict[str, Any]) -> str:
    """The medians and the goals of a bench, for the terminal."""
    lines = ["| ".join(f"{cell:<30}" if not place else f"{cell:>30}" for place, cell in enumerate(row))
             for row in [["median (least to most)", *_titles(results)], *table(results)]]  # fmt: skip
    for title, *cells in journeys(results):
        lines += ["", *[title, *(f"  {cell:>26}" for cell in cells if cell)]]
    lines += ["", *[f"{one.word:>14}: {one.text}: {one.given} ({one.limit})" for one in figures.goals(results)]]
    return "\n".join(lines)


def _titles(results: dict[str, Any]) -> list[str]:
    return [CONTENDERS[name].title for name in CONTENDERS if name in results["contenders"]]


def table(results: dict[str, Any]) -> list[list[str]]:
    """A row for each stage, then CPU and memory: its name, and a cell for each contender."""
    names = [name for name in CONTENDERS if name in results["contenders"]]
    rows = [[row, *[_cell(row, figures.values(results, name, row)) for name in names]] for row in ROWS]
    return [row for row in rows if any(row[1:])]


def journeys(results: dict[str, Any]) -> list[list[str]]:
    """A row for each journey: its name, the seconds of each contender, CPU and memory of the workflow, who is ahead."""
    names = [name for name in CONTENDERS if name in results["contenders"]]
    rows = []
    for name, journey in JOURNEYS.items():
        cells = [_cell(TOTAL, figures.walls(results, one, name)) for one in names]
        ours = figures.taken(results, PRODUCT, name)
        costs = [_cell(CPU, [one["cpu"] for one in ours]), _cell(MEMORY, [one["peak_memory"] for one in ours])]
        if any(cells):
            rows.append([journey.title, *cells, *costs, _ahead(results, name, names)])
    return rows


def _ahead(results: dict[str, Any], journey: str, names: list[str]) -> str:
    found = figures.ahead(results, journey, names)
    return f"{CONTENDERS[found[0]].short}, {found[1]:.1f} times" if found else ""


def _cell(row: str, found: list[float]) -> str:
    """The median with the least and the most, in seconds or MiB; empty where there is nothing."""
    if not found:
        return ""
    form = (lambda one: f"{one / 2**20:,.0f}") if row == MEMORY else (lambda one: f"{one:,.1f}")
    found = sorted(found)
    middle = form(figures.median(found))
    unit = "MiB" if row == MEMORY else "s"
    return f"{middle} {unit}" + (f" ({form(found[0])} to {form(found[-1])})" if len(found) > 1 else "")


def _scale(results: dict[str, Any]) -> dict[str, Any]:
    return {
        **results,
        "scale": f"{results['scale']:g}",
        "titles": _titles(results),
        "table": table(results),
        "journeys": journeys(results),
        "goals": figures.goals(results),
    }


def _growth(smaller: dict[str, Any], larger: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in CONTENDERS if name in smaller["contenders"] and name in larger["contenders"]]
    rows = []
    for row in GROWS:
        exponents = [figures.growth(smaller, larger, name, row) for name in names]
        rows.append([row, *["" if one is None else f"{one:.2f}" for one in exponents]])
    return {
        "from": f"{smaller['scale']:g}",
        "to": f"{larger['scale']:g}",
        "titles": [CONTENDERS[name].title for name in names],
        "rows": [row for row in rows if any(row[1:])],
    }
