"""
### Customer segmentation, monthly

Gets the reviews and products of one category, or a shop's own orders, and answers each month: who are my
customers, what changed since last month, whom do I contact and why.

| task | makes |
|---|---|
| **fetch** | the source version: the raw files, checked and brought into the warehouse |
| **ingest** | `reviews`, `products` (or `orders`), `rejected_rows`: raw lines as typed Parquet |
| **clean** | `purchases`: verified purchases, or order lines, with exact prices; and tables about the source |
| **rfm** | `customer_scores`, `rfm_edges`, `customer_rfm`: values, scores and segment of every customer, since when |
| **kmeans** | `kmeans_search`, `kmeans_model`, `customer_clusters`, `cluster_profile`, `cluster_quality` and more |
| **report** | the report's tables, lists of customers, and `report.html` with its charts |
| **deliver** | only for shops that ask for it: brings the released customers to a table, to files or to a webhook |

**Trigger it** with the form; the params say what they do. A run sees everything before its *as-of date* (UTC; of
orders, the shop's day): the param `as_of`, else the end of the run's data interval, by hand the first of the month.

**Each shop** has a DAG of its own, `customer_segmentation_<shop>`, with its params and its schedule, made from its file
in `include/shops`. `make shop` writes one; the DAG appears within a minute, and goes with the file. This one here,
`customer_segmentation`, has all params and no schedule. It is for runs by hand.

**A green run ends with a release**: one file that names the version of every dataset. So a month appears at one
moment, and a run that fails leaves the month as it was.

**Backfill and rerun** as you like. Every output is a version made from its inputs and rules, so a task whose
version stands ends in seconds, and a changed rule builds again just what rests on it. The events of the assets
name the shop, version, rows and path of each output.

**Read it** under *Segments* in the navigation: reports, shops, customers, what if, two months side by side,
downloads, lineage. The page of a task links to the manifests of what it made, that of **report** also to its report.

**When to worry.** A task that fails with a sentence about a param, a file or a check wants your hand; it is not tried
again. Anything else is retried twice. The connection `segmentation_alerts` has every failure told to a webhook.
"""

from datetime import datetime, timedelta

from airflow.sdk import DAG, get_current_context, get_parsing_context, task

from segmentation.running.orchestration import alerts, links, slots
from segmentation.running.orchestration.outcomes import outlets
from segmentation.running.orchestration.shop_dags import BY_HAND, DagOf, dags_of_shops, give_form, refuse
from segmentation.running.orchestration.stage_operator import StageOperator
from segmentation.running.orchestration.tasks import deliver_release, fetch_source


def workflow(of: DagOf) -> DAG:
    """The DAG of a shop, or the one for runs by hand."""
    with DAG(
        dag_id=of.dag_id,
        dag_display_name=of.display_name or of.dag_id,
        description=of.description,
        doc_md=of.about or __doc__,
        schedule=of.schedule,
        start_date=datetime(of.start.year, of.start.month, of.start.day),
        catchup=False,
        max_active_runs=slots.RUNS,
        tags=["segmentation", "spark", *of.tags],
        default_args={
            "owner": of.owner,
            "retries": 2,
            "retry_delay": timedelta(minutes=1),
            "retry_exponential_backoff": True,
            "max_retry_delay": timedelta(minutes=15),
            "execution_timeout": timedelta(hours=6),
            "on_failure_callback": alerts.tell_failure,
            **slots.TASKS,
        },
    ) as dag:
        if of.problem:
            refuse(of.problem)
            return dag

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

        if of.delivers:

            @task
            def deliver() -> None:
                """Bring the release to where the shop's file says."""
                deliver_release(get_current_context())

            report >> deliver()
    return give_form(dag, of.params)


# A task's process needs its own DAG only, and should not read forty files for it.
only = get_parsing_context().dag_id
dag = workflow(BY_HAND)
for each in dags_of_shops(only):
    globals()[each.dag_id] = workflow(each)
