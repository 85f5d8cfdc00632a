"""
### Customer segmentation, monthly

Gets the reviews and products of one category, or a shop's own orders, and answers each month: who are my
customers, what changed since last month, whom do I contact and why.

| task | makes |
|---|---|
| **fetch** | the source version: the raw files, checked and brought into the warehouse |
| **ingest** | `reviews`, `products` (or `orders`), `rejected_rows`: raw lines as typed Parquet |
| **clean** | `purchases`: verified purchases, or order lines, with exact prices; and tables about the source |
| **rfm** | `customer_rfm`, `rfm_edges`: recency, frequency, spend, scores and the segment of every customer |
| **kmeans** | `kmeans_search`, `kmeans_model`, `customer_clusters`, `cluster_profile`, `cluster_quality` and more |
| **report** | the report's tables, lists of customers, and `report.html` with its charts |

**Trigger it** with the form; the params say what they do. A run sees everything before its *as-of date* (UTC; of orders, the shop's day):
the param `as_of`, else the end of the run's data interval.

**Backfill and rerun** as you like. Every output is a version made from its inputs and rules, so a task whose
version stands ends in seconds, and a changed rule builds again just what rests on it. The events of the assets
name the version, rows and path of each output.

**Read it** under *Customer segments* in the navigation: reports, two months side by side, downloads, lineage. The page
of a task links to the manifests of what it made, that of **report** also to its report.

**When to worry.** A task that fails with a sentence about a param, a file or a check wants your hand; it is not tried
again. Anything else is retried twice. The connection `segmentation_alerts` has every failure told to a webhook.
"""

from datetime import datetime, timedelta

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, get_current_context, task

from segmentation import settings
from segmentation.orchestration import alerts, links, slots
from segmentation.orchestration.tasks import StageOperator, fetch_source, outlets
from segmentation.paths import DAG_ID

PARAMS = {
    name: Param(settings.json_default(name), title=name, description=meta["help"], **settings.json_schema(name))
    for name, meta in settings.FIELDS.items()
}

with DAG(
    dag_id=DAG_ID,
    description="Monthly customer segments from Amazon Reviews 2023: RFM, K-Means and a report",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("@monthly", timezone="UTC"),
    start_date=datetime(2000, 1, 1),
    catchup=False,
    max_active_runs=slots.RUNS,
    params=PARAMS,
    tags=["segmentation", "spark"],
    default_args={
        "owner": "analytics",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=15),
        "execution_timeout": timedelta(hours=6),
        "on_failure_callback": alerts.tell_failure,
        **slots.TASKS,
    },
) as dag:

    @task(outlets=outlets("fetch"))
    def fetch() -> dict[str, str]:
        """Check the params and bring the source's files into the warehouse."""
        return fetch_source(get_current_context())

    source = fetch()
    source.operator.operator_extra_links = links.LINKS
    ingest = StageOperator(stage="ingest")
    clean = StageOperator(stage="clean")
    rfm = StageOperator(stage="rfm")
    kmeans = StageOperator(stage="kmeans")
    report = StageOperator(stage="report")

    source >> ingest >> clean >> rfm >> kmeans >> report
