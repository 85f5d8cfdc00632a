"""Where things are: the project's own folders, the user's warehouse, the DAG in Airflow."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
SQL = PROJECT / "include" / "sql"
ORDER_PRESETS = PROJECT / "include" / "order_presets"
SEGMENT_MAPS = PROJECT / "include" / "segment_maps"
TEMPLATES = Path(__file__).parent / "templates"
# What the installation on one machine keeps: Airflow's home, logs, the class cache.
LOCAL = Path(os.environ.get("SEGMENTATION_LOCAL") or PROJECT / ".local").absolute()
# For every process of ours, whatever the locale of cron, systemd or a user: Java takes the names of files by it, and in
# a Turkish one a capital I for another letter.
UTF8 = {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
# The DAG for runs by hand; its page in Airflow is /dags/<this>. A shop's DAG is this, _ and the shop's name.
DAG_ID = "customer_segmentation"


def warehouse_root() -> Path:
    """The folder that holds every dataset version: SEGMENTATION_WAREHOUSE, or `warehouse/` in the project."""
    return Path(os.environ.get("SEGMENTATION_WAREHOUSE") or PROJECT / "warehouse").absolute()


def shops_folder() -> Path:
    """The folder of the shops' files: SEGMENTATION_SHOPS, or `include/shops` in the project."""
    return Path(os.environ.get("SEGMENTATION_SHOPS") or PROJECT / "include" / "shops").absolute()
