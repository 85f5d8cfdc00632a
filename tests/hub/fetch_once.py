"""`fetch_once.py WAREHOUSE REVISION [die]`: one fetch in a process of its own, for tests that kill it or run two.

With `die` it kills itself when the files are in the attempt's folder and the version does not stand yet.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from hub_case import QUICK

from segmentation import sources
from segmentation.config.settings import parse
from segmentation.sources import retries
from segmentation.warehouse.versions import Warehouse


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


# Who is stopped on the way must not take it for a silence.
retries.RETRY_POLICY = replace(QUICK, silence=float(os.environ.get("SILENCE") or QUICK.silence))
if "die" in sys.argv:
    sources.describe_files = die
sources.fetch(parse({"source": "huggingface", "revision": sys.argv[2]}), Warehouse(Path(sys.argv[1])), "run")
