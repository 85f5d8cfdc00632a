"""docker-compose.yaml and Dockerfile, as far as they can be held against rules without Docker: the compose
specification, and what a deployment must not do."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from segmentation.common.paths import PROJECT
from segmentation.engine.connect.server import SETTINGS
from segmentation.running.orchestration.links import HISTORY

VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::([-?])([^}]*))?\}")
SECRETS = (
    "POSTGRES_PASSWORD",
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_API_SECRET_KEY",
    "SPARK_CONNECT_TOKEN",
)
TEXT = (PROJECT / "docker-compose.yaml").read_text(encoding="utf-8")
EXAMPLE = (PROJECT / ".env.example").read_text(encoding="utf-8")
DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")


def compose(text: str = TEXT) -> dict[str, Any]:
    """The file with its variables filled in, without the parts that only YAML uses."""
    filled = VARIABLE.sub(lambda found: found[3] if found[2] == "-" else f"given-{found[1]}", text)
    return {name: part for name, part in yaml.safe_load(filled).items() if not name.startswith("x-")}


SERVICES = compose()["services"]


def faults(path: Path) -> str:
    """What the compose specification has against a file."""
    words = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_it_is_a_compose_file() -> None:
    assert faults(PROJECT / "docker-compose.yaml") == ""


def test_the_specification_finds_a_mistake(tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yaml"
    wrong.write_text(TEXT.replace("restart: unless", "restrat: unless").replace("service_healthy", "healthy"))
    found = faults(wrong)
    assert "restrat" in found
    assert "'healthy' is not one of" in found


def test_every_variable_is_in_the_example_and_no_secret_has_a_value_anywhere() -> None:
    in_example = dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE, re.MULTILINE))
    used = {name: (kind, default) for name, kind, default in VARIABLE.findall(TEXT)}
    assert set(used) == set(in_example)
    for name in SECRETS:
        # Compose ends with these words where it has no value.
        assert used[name] == ("?", f"set {name} in .env")
        assert in_example[name] == ""
    assert {name: default for name, (kind, default) in used.items() if kind == "-"} == {
        name: value for name, value in in_example.items() if name not in SECRETS
    }


def test_one_port_is_published_on_this_machine_alone() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"api-server": ["127.0.0.1:8080:8080"]}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_starts_again_and_says_whether_it_is_well(name: str) -> None:
    service = SERVICES[name]
    if name == "airflow-init":  # ends when the database stands
        assert service["restart"] == "no"
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "postgres"])
def test_no_service_of_ours_is_root_or_can_become_it(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] == "50000:0"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)[-1] == "50000"


def test_every_image_has_a_version() -> None:
    images = {service["image"] for service in SERVICES.values()} | set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.M))
    assert all(re.search(r":[\w.-]*\d+\.\d+", image) for image in images), images


def test_names_lead_somewhere() -> None:
    volumes = set(compose()["volumes"]) | {"./data", "./include/shops"}
    used = {mount.partition(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert used == volumes
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
    environment = SERVICES["api-server"]["environment"]
    assert environment[HISTORY].startswith("http://spark-history:")
    # What runs as another user than root must own the places of its volumes.
    places = {mount.split(":")[1] for name in SERVICES if name != "postgres"
              for mount in SERVICES[name].get("volumes", [])}  # fmt: skip
    made = re.search(r"install -d -o 50000 .*", DOCKERFILE)[0].split()
    # The base image makes the folder of the logs; the others are the user's, and only read.
    shops = "/opt/segmentation/include/shops"
    assert places - set(made) == {"/opt/airflow/logs", "/data", shops}
    assert f"./include/shops:{shops}:ro" in SERVICES["dag-processor"]["volumes"]
    assert f"./include/shops:{shops}:ro" in SERVICES["api-server"]["volumes"], "the pages ask whether a shop has a file"


def test_spark_finds_the_settings_for_a_cluster() -> None:
    folder = re.search(r"SPARK_CONF_DIR=/opt/segmentation/(\S+)", DOCKERFILE)[1]
    settings = (PROJECT / folder / "spark-defaults.conf").read_text(encoding="utf-8")
    given = dict(line.split(None, 1) for line in settings.splitlines() if line and not line.startswith("#"))
    assert given["spark.eventLog.dir"] == given["spark.history.fs.logDirectory"] == "file:/spark-events"
    assert "spark-events:/spark-events" in SERVICES["spark-history"]["volumes"]
    # The drivers write the logs.
    assert "spark-events:/spark-events" in SERVICES["scheduler"]["volumes"]
    for word in ("spark.hadoop.fs.s3a.secret.key", "POSTGRES_PASSWORD", "HF_TOKEN", "spark.hadoop.fs.s3a.access.key"):
        assert re.search(given["spark.redaction.regex"], word), word


def test_the_spark_connect_server_of_a_cluster_is_set_as_the_one_of_one_machine() -> None:
    words = SERVICES["spark-connect"]["command"]
    path = words[words.index("--properties-file") + 1].replace("/opt/segmentation", str(PROJECT))
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    given = dict(line.split(None, 1) for line in lines if line and not line.startswith("#"))
    shared = ("spark.connect.execute", "spark.connect.session", "spark.sql.codegen")
    assert given == {name: value for name, value in SETTINGS.items() if name.startswith(shared)}
    page = (PROJECT / "docs/how-to/spark.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^    (spark\.\S+) +(\S+)$", page, re.MULTILINE))
    assert told == {name: value for name, value in given.items() if name in told}
    assert len(told) >= 6
    # Only whom the inner network and the token let in.
    assert "ports" not in SERVICES["spark-connect"]
    assert not any("TOKEN" in word for word in words)


def test_the_login_is_where_the_page_looks_for_it() -> None:
    page = (PROJECT / "docs/how-to/cluster.md").read_text(encoding="utf-8")
    (looked,) = re.findall(r"docker compose exec api-server cat (\S+)", page)
    server = SERVICES["api-server"]
    assert looked == server["environment"]["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]
    assert any(looked.startswith(volume.split(":")[1] + "/") for volume in server["volumes"])
