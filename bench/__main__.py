"""`python -m bench`: the whole bench. `python -m bench page`: only the page, from the results that are kept.

Reads its settings from the environment, as `make bench SCALE=0.2 RUNS=3 ONLY=duckdb,product DATA=folder` sets them.
"""

import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import agreement, data, machine, page, workflow
from bench.contenders import CONTENDERS, Contender
from bench.errors import BenchError
from bench.journeys import LATER
from bench.measure import Measured, adopt_orphans, memory_kind
from bench.outputs import Output
from bench.stages import AS_OF
from bench.workflow import HOME
from segmentation.common.errors import UserError
from segmentation.planning.code_version import code_version

FEWEST_RUNS = 3
# At full scale a run takes most of an hour, and a second of noise counts for nothing.
FULL_SCALE, FEWEST_RUNS_FULL = 1.0, 1
# Of the processors, what other programs may take before it is said.
DISTURBED = 0.1


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    scale: float
    runs: int
    contenders: list[Contender]
    data: Path | None

    @property
    def folder(self) -> Path:
        return HOME / f"{self.scale:g}"

    def out(self, one: Contender) -> Path:
        """Where a contender writes."""
        return self.folder / "out" / one.name

    @property
    def fewest_runs(self) -> int:
        """How many runs it takes for the page."""
        return FEWEST_RUNS_FULL if self.scale >= FULL_SCALE else FEWEST_RUNS


def read_request(words: dict[str, str]) -> Request:
    """The settings among environment variables. Raises BenchError naming the one that is wrong."""
    try:
        scale, runs = float(words.get("SCALE") or 0.05), int(words.get("RUNS") or FEWEST_RUNS)
    except ValueError:
        raise BenchError("SCALE must be a number such as 0.05, and RUNS a whole number.") from None
    if not 0.0001 <= scale <= 10 or runs < 1:
        raise BenchError("SCALE must lie between 0.0001 and 10, and RUNS must be 1 at least.")
    names = [name.strip() for name in (words.get("ONLY") or ",".join(CONTENDERS)).split(",")]
    unknown = [name for name in names if name not in CONTENDERS]
    if unknown:
        raise BenchError(f"ONLY: no contender {unknown[0]!r}. Known: {', '.join(CONTENDERS)}.")
    chosen = [one for name, one in CONTENDERS.items() if name in names]
    return Request(scale, runs, chosen, Path(words["DATA"]).absolute() if words.get("DATA") else None)


def bench(request: Request) -> dict[str, Any]:
    """Time the contenders in turns, journey by journey; after the first round, check that they agree.

    Returns the results.
    """
    folder = request.data or request.folder / "data"
    if request.data is None:
        data.make(folder, request.scale)
    data.check(folder, request.scale)
    workflow.prepare()
    adopt_orphans()
    rows: dict[str, int] = {}
    runs: dict[str, list[dict[str, Any]]] = {one.name: [] for one in request.contenders}
    later: dict[str, dict[str, list[dict[str, Any]]]] = {one.name: {} for one in request.contenders}
    for number in range(1, request.runs + 1):
        outputs = []
        for one in request.contenders:
            data.warm(folder)
            measured, stages, output = one.first(folder, request.out(one))
            output.check()
            outputs.append(output)
            runs[one.name].append(asdict(measured) | {"stages": stages})
            _say(f"Round {number} of {request.runs}", one.title, measured)
        if number == 1:
            print("Do they agree?", flush=True)
            rows = agreement.check(outputs, folder)
        _take_journeys(request, folder, number, later)
    return {
        "scale": request.scale,
        "as_of": AS_OF,
        "runs": request.runs,
        "measured_on": datetime.now(UTC).date().isoformat(),
        "code": code_version(),
        "rows": {"reviews": data.reviews_at(request.scale)} | rows,
        "machine": machine.machine(),
        "versions": machine.versions(),
        "memory": memory_kind(),
        "contenders": runs,
        "journeys": later,
    }


def _take_journeys(
    request: Request, folder: Path, number: int, later: dict[str, dict[str, list[dict[str, Any]]]]
) -> None:
    """Have each contender take the later journeys; after the first round, check that they agree."""
    journeys = [one for one in LATER if number == 1 or not one.once]
    outputs: dict[str, list[Output]] = {}
    for one in request.contenders:
        for journey, measured, output in one.later(folder, request.out(one), journeys):
            output.check()
            outputs.setdefault(journey.name, []).append(output)
            later[one.name].setdefault(journey.name, []).append(asdict(measured))
            _say(f"  {journey.title}", one.title, measured)
    if number == 1:
        for made in outputs.values():
            agreement.check_later(made)


def _say(what: str, title: str, measured: Measured) -> None:
    print(
        f"{what}: {title:<22} {measured.wall:7.1f} s, CPU {measured.cpu:7.1f} s, "
        f"{measured.peak_memory / 2**20:6,.0f} MiB{_disturbed(measured)}",
        flush=True,
    )


def _disturbed(measured: Measured) -> str:
    share = measured.others / measured.wall / machine.cores()
    return f"  (disturbed: other programs took {share:.0%} of the processors)" if share > DISTURBED else ""


def main(words: list[str]) -> int:
    """Returns the exit code."""
    # Whoever ends the bench ends the Airflow and Spark that stand for it, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if words == ["page"]:
            page.write()
            return 0
        request = read_request(dict(os.environ))
        results = bench(request)
        text = json.dumps(results, indent=1) + "\n"
        (request.folder / "results.json").write_text(text, encoding="utf-8")
        print("\n" + page.summary(results))
        if request.runs < request.fewest_runs:
            print(f"Not put on the page: that takes RUNS={request.fewest_runs} at least.")
            return 0
        page.RESULTS.mkdir(exist_ok=True)
        (page.RESULTS / f"{request.scale:g}.json").write_text(text, encoding="utf-8")
        page.write()
    except (BenchError, UserError) as error:
        print(f"Failed: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
