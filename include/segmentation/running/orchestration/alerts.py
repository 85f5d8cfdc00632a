"""Tell people when a task has failed for good: one message to the webhook of the connection `segmentation_alerts`.

The message is `{"text": "..."}`, which Slack, Mattermost, Teams and most others take. A failure to tell is written into
the task's log and changes nothing else.
"""

import json
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from segmentation.running.orchestration.connections import password

if TYPE_CHECKING:
    from airflow.sdk import Context

CONNECTION = "segmentation_alerts"
LONGEST = 600  # letters of the reason
TIMEOUT = 10


def tell_failure(context: "Context") -> None:
    """Airflow calls it in the task's process when no retry is left."""
    # Nobody wants to be told where there is no such connection.
    webhook = password(CONNECTION)
    if webhook is None:
        return
    task = context["ti"]
    reason = str(context.get("exception") or "no reason was given").strip().partition("\n")[0]
    lines = [f"{task.dag_id}: the task {task.task_id} of run {task.run_id} has failed.", reason[:LONGEST], task.log_url]
    try:
        _post(webhook, "\n".join(lines))
    except (OSError, ValueError) as error:
        # Not the address, which is a secret with most of these services.
        print(f"WARNING the alert was not sent: {type(error).__name__}", flush=True)


def _post(webhook: str, text: str) -> None:
    if urlsplit(webhook).scheme not in ("http", "https"):
        raise ValueError("the webhook is no http address")
    request = urllib.request.Request(  # noqa: S310
        webhook, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310
        pass
