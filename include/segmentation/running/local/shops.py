"""`make shop` and `make views`: write a shop's file; write views over its current release."""

import os
from pathlib import Path

from segmentation.common.errors import UserError
from segmentation.common.paths import LOCAL
from segmentation.common.terminal import bold, dim
from segmentation.config.shops.files import MONTHLY
from segmentation.config.shops.names import dag_of
from segmentation.engine.views import statements
from segmentation.running.local import shop_file as writing
from segmentation.running.local.warehouse import asked_release, the_warehouse

WORDS = ("title", "start", "owner")


def write_shop(params: dict[str, str]) -> None:
    """Write the file of a new shop.

    Variables: NAME, the params in capitals, and TITLE, SCHEDULE, START, OWNER, TAGS (a;b) where they are not the usual.
    """
    given = {name: value for name, value in params.items() if name not in ("shop", "trial")}
    if not given:
        raise UserError(
            "A shop needs what its runs read: CATEGORY=Books, or FILES=orders.csv ORDERS_MAPPING=mapping.yaml, or "
            "SOURCE=demo."
        )
    new = writing.NewShop(
        name=os.environ.get("NAME", ""),
        params=given,
        schedule=os.environ.get("SCHEDULE") or MONTHLY,
        tags=tuple(tag.strip() for tag in os.environ.get("TAGS", "").split(";") if tag.strip()),
        **{word: os.environ.get(word.upper(), "") for word in WORDS},
    )
    path = writing.write(new)
    print(f"{bold(path.name)} is written: {path}")
    print(f"Its DAG is {bold(dag_of(new.name))}. It appears within a minute where Airflow runs; switch it on there.")


def write_views() -> None:
    """Write CREATE VIEW statements over a shop's current release. Variables: SHOP, AS_OF, OUT (a folder)."""
    warehouse = the_warehouse()
    release = asked_release(warehouse)
    folder = Path(os.environ.get("OUT") or LOCAL / "views").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    print(bold(f"{release.title}, as of {release.as_of}, release {release.number}"))
    for dialect, text in statements(warehouse, release).items():
        path = folder / f"{release.shop}.{dialect}.sql"
        path.write_text(text, encoding="utf-8")
        print(f"{dialect:<8}{path}")
    print(dim("Write them again after a new release; the views show this one until then."))
