"""The commands that the README and the how-to pages name, typed as they stand there, through Airflow itself."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import small_java
from hub.local_hub import LocalHub
from jobs.test_mistakes import lay_out, review
from segmentation.common.paths import PROJECT
from segmentation.config.settings import PINNED_REVISION
from segmentation.engine.stage import SMALL_JOB_OPTIONS
from segmentation.sources import PRODUCTS_FOLDER, REVIEWS_FOLDER

JUNE_2021 = 1_622_505_600_000  # 2021-06-01T00:00:00Z
Typed = Callable[..., subprocess.CompletedProcess]

FILES = "make run SOURCE=files FILES=/path/to/folder AS_OF=2023-09-01"
HUB = "make run SOURCE=huggingface CATEGORY=Gift_Cards AS_OF=2023-09-01"
ORDERS = (
    "make run SOURCE=orders FILES=docs/how-to/own-orders/orders.csv "
    "ORDERS_MAPPING=docs/how-to/own-orders/mapping.yaml AS_OF=2023-07-01"
)
LINEAGE = "make lineage DATASET=report AS_OF=2023-09-01"
TYPED_HERE = {"make demo", FILES, HUB, ORDERS, "make verify", "make prune", "make prune APPLY=1"}
# What takes longer, or wants a server: which file types it, and by which words.
TYPED_ELSEWHERE = {
    "make test": (".ci/run", "make test"),
    "make backfill SHOP=books FROM=2022-01-01 TO=2023-08-01": (
        "tests/soak/local_airflow.py",
        '"segmentation.running.local", "backfill"',
    ),
    # The shop is the reader's own; the same without one is typed here.
    "make lineage DATASET=report SHOP=books AS_OF=2023-09-01": ("tests/jobs/test_commands.py", "typed(LINEAGE)"),
    "make views SHOP=books": ("tests/jobs/test_read.py", "views"),
    **dict.fromkeys(
        (
            "make preview FILES=docs/how-to/own-orders/orders.csv",
            "make preview FILES=docs/how-to/own-orders/orders.csv SAVE=mapping.yaml",
            "make preview FILES=docs/how-to/own-orders/orders.csv "
            "ORDERS_MAPPING=docs/how-to/own-orders/mapping.yaml AS_OF=2023-07-01",
            "make preview FILES=orders.csv SAVE=mapping.yaml",
            "make preview FILES=customers.csv ORDERS_MAPPING=mapping.yaml AS_OF=2023-07-01",
        ),
        ("tests/unit/test_preview.py", "preview"),
    ),
    # The export is the reader's own: each preset's is read in another test.
    "make preview FILES=orders_export.csv ORDERS_MAPPING=shopify AS_OF=2023-07-01": (
        "tests/unit/test_order_presets.py",
        '"orders_mapping": json.dumps({"preset": name',
    ),
    "make run SOURCE=orders FILES=orders_export.csv ORDERS_MAPPING=shopify AS_OF=2023-07-01": (
        "tests/unit/test_order_presets.py",
        '"orders_mapping": json.dumps({"preset": name',
    ),
    "make run SOURCE=orders FILES=customers.csv ORDERS_MAPPING=mapping.yaml AS_OF=2023-07-01": (
        "tests/jobs/test_customer_table.py",
        "level",
    ),
    # The bucket is the reader's own.
    "make run SOURCE=orders FILES='s3://exports@shop-bucket/orders/*.csv.gz' ORDERS_MAPPING=mapping.yaml "
    "AS_OF=2023-09-01": ("tests/databases/test_addresses.py", 'BUCKET = f"s3://{CONNECTION}@bucket"'),
    # These want a PostgreSQL.
    "make preview CONNECTION=shop_db TABLE=tea.orders ORDERS_MAPPING=docs/how-to/own-orders/database.yaml "
    "AS_OF=2023-07-01": ("tests/databases/test_previews.py", "preview"),
    'make shop NAME=tea TITLE="Tea shop" CONNECTION=shop_db TABLE=tea.orders '
    "ORDERS_MAPPING=docs/how-to/own-orders/database.yaml WINDOW_MONTHS=600": (
        "tests/soak/shop_on_postgres.py",
        'make {word} (.*)$", PAGE',
    ),
    "make releases SHOP=tea": ("tests/soak/test_scheduled_shop.py", 'airflow.make("releases"'),
    "make mirror MIRROR=s3://bucket/folder": ("tests/unit/test_mirror.py", 'main(["mirror"])'),
    "make restore MIRROR=s3://bucket/folder": ("tests/unit/test_mirror.py", 'main(["restore"])'),
    "make cluster-test": ("Makefile", "cluster-test:"),  # a script of its own, as it breaks a cluster for an hour
    # 27.9 GB: the same with another category is typed here.
    "make run SOURCE=huggingface AS_OF=2023-09-01": ("tests/jobs/test_commands.py", "CATEGORY=Gift_Cards"),
}


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    """Type a command in the project's folder, with an installation and a warehouse that all tests here share."""
    folder = tmp_path_factory.mktemp("local")
    (folder / "home").mkdir()
    own = {
        "SEGMENTATION_LOCAL": str(folder / "local"),
        "SEGMENTATION_WAREHOUSE": str(folder / "warehouse"),
        "HOME": str(folder / "home"),
        "SPARK_SUBMIT_OPTS": small_java.options(),
        "K_MAX": "3",
    }
    theirs = ("AIRFLOW", "SPARK", "PYSPARK", "MAKE", "MFLAGS", "HF_", "MPL")

    def typed(command: str, **variables: str) -> subprocess.CompletedProcess:
        clean = {key: value for key, value in os.environ.items() if not key.startswith(theirs)}
        # `make` would set up the project's own folder; what runs the tests is set up already.
        command = command.replace("make ", "make -o .venv/ready ", 1)
        return subprocess.run(
            command, shell=True, cwd=PROJECT, env={**clean, **own, **variables},
            capture_output=True, text=True, timeout=7200, check=False,
        )  # fmt: skip

    typed.folder = folder
    return typed


def documented() -> set[str]:
    """The make commands that stand on lines of their own, without what is said behind them."""
    pages = [PROJECT / "README.md", *(PROJECT / "docs/how-to").rglob("*.md")]
    lines = (line for page in pages for line in page.read_text(encoding="utf-8").splitlines())
    return {line.partition("#")[0].strip() for line in lines if line.startswith("    make ")}


def test_every_documented_command_is_typed_somewhere() -> None:
    assert documented() == TYPED_HERE | set(TYPED_ELSEWHERE)
    for file, words in TYPED_ELSEWHERE.values():
        assert words in (PROJECT / file).read_text(encoding="utf-8"), file


def test_the_demo_ends_green_with_the_summary_of_the_readme(typed: Typed) -> None:
    done = typed("make demo")
    assert done.returncode == 0, done.stdout + done.stderr
    shown = (PROJECT / "README.md").read_text(encoding="utf-8").split("## What you see")[1].split("## ")[0]
    for line in shown.splitlines():
        if line.startswith("    ") and line.strip() != "...":
            assert line[4:] in done.stdout, "the README shows another demo"
    report = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("Report"))
    assert Path(report).is_file()
    lists = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("Lists"))
    assert (Path(lists) / "champions.csv").is_file()
    # What took how long is in the log; the bench reads it there.
    log = Path(re.search(r"log: (\S+)", done.stdout)[1]).read_text(encoding="utf-8")
    assert len(re.findall(r"Spark started in \d+\.\d s", log)) == 5
    for said in ("wrote reviews: [\\d,]+ rows in", "wrote customer_rfm: 10,957 rows in", "searched k in"):
        assert re.search(rf"{said} \d+\.\d s", log), said
    assert list((typed.folder / "home").iterdir()) == [], "something is left in the user's home"


def test_a_rerun_finds_everything_standing(typed: Typed) -> None:
    done = typed("make demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("(stood already)") == 5


def test_the_report_leads_to_its_source(typed: Typed) -> None:
    done = typed(LINEAGE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("report as of 2023-09-01")
    assert '"source": "demo"' in done.stdout


def test_the_lists_are_where_their_page_says(typed: Typed) -> None:
    page = (PROJECT / "docs/how-to/customer-lists.md").read_text(encoding="utf-8")
    lines = [line.strip() for line in page.splitlines() if line.startswith("    ")][:2]
    done = typed("\n".join(lines).replace("warehouse/", f"{typed.folder}/warehouse/").replace("/books/", "/demo/"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"champions.csv", "champions.parquet"} <= set(done.stdout.split())


def test_nothing_is_damaged_and_nothing_unneeded(typed: Typed) -> None:
    done = typed("make verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d\d versions read, 0 faults$", done.stdout, re.MULTILINE)
    for command in ("make prune", "make prune APPLY=1"):
        assert typed(command).stdout.startswith("0 versions, releases and downloads, 0 bytes")


def test_damage_is_named_and_make_fails(typed: Typed) -> None:
    page = next((typed.folder / "warehouse").rglob("report.html"))
    whole = page.read_bytes()
    page.write_bytes(whole[:-1])
    done = typed("make verify")
    page.write_bytes(whole)
    assert done.returncode == 2
    assert "Damaged: " in done.stdout
    assert "report.html" in done.stdout


def test_the_shop_that_comes_along(typed: Typed) -> None:
    done = typed(ORDERS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "customers as of 2023-07-01, who spent" in done.stdout


def test_the_hub_is_asked_for_the_category(typed: Typed) -> None:
    with LocalHub() as hub:
        hub.commits[PINNED_REVISION] = {f"{REVIEWS_FOLDER}/Gift_Cards.jsonl": b"{}\n"}
        done = typed(HUB, HF_ENDPOINT=hub.endpoint, HF_HOME=str(typed.folder / "hf"))
    assert done.returncode == 2
    assert f"has no products file {PRODUCTS_FOLDER}/meta_Gift_Cards.jsonl" in done.stdout.strip().splitlines()[-1]


def test_a_failed_run_says_why_in_its_last_line(typed: Typed) -> None:
    """With a Java for each job, as docs/how-to/spark.md has it."""
    lay_out(typed.folder / "in", [review("a", "cheap", JUNE_2021), review("b", "dear", JUNE_2021)])
    each_its_own = {"AIRFLOW_CONN_SPARK_DEFAULT": '{"conn_type": "spark", "host": "local[*]"}'}
    each_its_own |= {SMALL_JOB_OPTIONS: small_java.options()}
    done = typed(FILES.replace("/path/to/folder", str(typed.folder / "in")), **each_its_own)
    assert done.returncode == 2
    last = done.stdout.strip().splitlines()[-1]
    assert "Failed: rfm: customer_rfm has no rows" in last
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("K=99", "Param k: '99' is not allowed"),
        ("CATEGORY=Cars", "Param category: 'Cars' is not allowed"),
        ("AS_OF=yesterday", "Param as_of: 'yesterday' is not allowed. Allowed: a date as YYYY-MM-DD"),
    ],
)
def test_a_bad_value_is_refused_before_anything_starts(typed: Typed, wrong: str, said: str) -> None:
    done = typed(f"{FILES} {wrong}")
    assert done.returncode == 2
    assert said in done.stdout
    assert "log:" not in done.stdout
