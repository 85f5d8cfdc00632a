"""What the DAG of each shop is made from: its id, schedule and form, and the page of a shop whose file is wrong.

Called at each parse, so it reads the shops' files and nothing else.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, task
from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.exceptions import AirflowFailException

from segmentation.common.paths import DAG_ID
from segmentation.config import settings
from segmentation.config.shops.files import OWNER, START, Shop, Wrong, all_shops

DESCRIPTION = "Monthly customer segments: RFM, K-Means and a report"
Schedule = CronDataIntervalTimetable | None


@dataclass(frozen=True)
class DagOf:
    """A DAG of the workflow.

    display_name: what lists of runs call it, empty for its id. problem: the sentence of a shop's file that is wrong;
    such a DAG only says it. delivers: whether the shop's releases are brought somewhere.
    """

    dag_id: str
    description: str
    schedule: Schedule
    params: dict[str, Param] = field(hash=False)
    about: str = ""
    display_name: str = ""
    start: date = START
    owner: str = OWNER
    tags: tuple[str, ...] = ()
    problem: str = ""
    delivers: bool = False


def param(name: str, value: Any, **limits: Any) -> Param:
    """A field of the form: a param with its help, its limits, and this default."""
    meta = settings.FIELDS[name]
    schema = {**settings.json_schema(name), **limits}
    return Param(value, title=name, description=meta["help"], **schema)


@cache
def usual_params() -> dict[str, Param]:
    """The form's fields with the usual defaults."""
    return {name: param(name, settings.json_default(name)) for name in settings.FIELDS}


BY_HAND = DagOf(DAG_ID, f"{DESCRIPTION}; for runs by hand, with all params", None, usual_params())


def dags_of_shops(only: str | None = None) -> list[DagOf]:
    """The DAGs of all shops, or just the one of that id."""
    if only == DAG_ID:
        return []
    return [_of_wrong(one) if isinstance(one, Wrong) else _of_shop(one) for one in all_shops(only)]


def give_form(dag: DAG, params: dict[str, Param]) -> DAG:
    """Give a DAG its form, when its tasks are there.

    Each operator copies the params of its DAG several times, and Airflow checks each against its schema, which for
    forty shops takes seconds at every parse. The values have been checked when the file was read.
    """
    object.__setattr__(dag, "params", ParamsDict(params))
    return dag


def _of_shop(shop: Shop) -> DagOf:
    params = dict(usual_params())
    for name, value in shop.params.items():
        if value != settings.json_default(name):
            params[name] = param(name, value)
    # A run of this DAG is of this shop, whatever the form is told.
    params["shop"] = param("shop", shop.name, type="string", enum=[shop.name])
    return DagOf(
        dag_id=shop.dag_id,
        description=f"{shop.title}: {DESCRIPTION[0].lower()}{DESCRIPTION[1:]}",
        schedule=_timetable(shop.schedule),
        params=params,
        about=_about(shop),
        display_name=f"Segments: {shop.title}",
        start=shop.start,
        owner=shop.owner,
        tags=shop.tags,
        delivers=bool(shop.deliver),
    )


def _of_wrong(wrong: Wrong) -> DagOf:
    return DagOf(
        dag_id=wrong.dag_id,
        description=f"Its file is wrong: {wrong.problem}"[:400],
        # It keeps its schedule, so that the mistake is told when the month is due, and not only to who looks here.
        schedule=_timetable(wrong.schedule),
        params={},
        about=f"### This shop's file is wrong\n\n{_as_it_is(wrong.problem)}\n\n"
        "Mend the file, and the DAG is right within a minute.",
        tags=("wrong",),
        problem=wrong.problem,
    )


def _timetable(schedule: str | None) -> Schedule:
    return CronDataIntervalTimetable(schedule, timezone="UTC") if schedule else None


def _about(shop: Shop) -> str:
    """The page of a shop's DAG: what it is, when it runs, and which of its params are not the usual ones."""
    own = {name: value for name, value in shop.params.items() if value != settings.json_default(name)}
    rows = "".join(f"| `{name}` | {_plain(str(value))} |\n" for name, value in own.items())
    when = f"Runs by itself: `{shop.schedule}` (UTC)." if shop.schedule else "Has no schedule: it runs when triggered."
    return (
        f"### {_plain(shop.title)}\n\n{when} Its file is `{shop.file.name}`; it makes the releases of the shop "
        f"`{shop.name}`, under *Segments* in the navigation. The DAG `{DAG_ID}` says how it works.\n\n"
        f"| param | value |\n|---|---|\n{rows}"
    )


def _plain(text: str) -> str:
    """A text that Markdown shows as it is."""
    return "".join(f"&#{ord(one)};" if one in "\\`*_{}[]<>()#+-!|~&" else one for one in text.replace("\n", " "))


def _as_it_is(text: str) -> str:
    """A text as a block of Markdown that nothing in it can end."""
    return f"~~~~text\n{text.replace('~~~~', '~ ~ ~ ~')}\n~~~~"


def refuse(problem: str) -> None:
    """The one task of a DAG whose shop's file is wrong: it fails with the sentence, and is not tried again."""

    @task
    def shop_file() -> None:
        """Say what is wrong with the shop's file."""
        print(f"ERROR shop: {problem}", flush=True)
        raise AirflowFailException(problem)

    shop_file()
