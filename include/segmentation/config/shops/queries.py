"""Who may choose a query. It is SQL, so it comes from a shop's file, or from who runs the workflow at a terminal."""

import os

from segmentation.common.errors import UserError
from segmentation.config.kinds import DATABASE
from segmentation.config.settings import Settings
from segmentation.config.shops.files import Shop, all_shops

# `yes` lets the trigger form and Airflow's API choose queries, too.
QUERIES_IN_FORM = "SEGMENTATION_QUERIES_IN_FORM"
YES = "yes"
PARAMS = ("connection", "query", "table")


def check_query(settings: Settings, dag_id: str) -> None:
    """Refuse a query, table or connection that is not the one of the shop's file. Raises UserError naming the param.

    The file is read again: Airflow keeps what a run was given in the same place as what the DAG gives.
    """
    if settings.source != DATABASE or os.environ.get(QUERIES_IN_FORM, "").lower() == YES:
        return
    shop = next((one for one in all_shops(dag_id) if isinstance(one, Shop) and one.dag_id == dag_id), None)
    written = shop.params if shop else {}
    for name in PARAMS:
        if (getattr(settings, name) or None) != (written.get(name) or None):
            file = f"its file {shop.file.name}" if shop else "a shop's file"
            raise UserError(
                f"Param {name}: a run that is triggered may not choose it, because it decides what is read from a "
                f"database. Write it into {file}. An operator allows it here with {QUERIES_IN_FORM}={YES}."
            )
