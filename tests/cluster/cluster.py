"""A whole cluster on this machine: Postgres, Airflow's processes, a Spark master, two workers, a history server.

Its jobs go to the master, each with a driver of its own, or to a Spark Connect server that stands beside the master.
"""

import json
import os
import secrets
import subprocess
from pathlib import Path

import spark_settings
import yaml
from local_airflow import Airflow
from member import Member, wait_until
from network import network
from postgres import Postgres
from receiver import Receiver

from segmentation.common.paths import DAG_ID, PROJECT
from segmentation.engine.connect.server import TOKEN, free_port
from segmentation.running.local import layout
from segmentation.running.local.server import PARTS, is_healthy

DAGS = Path(__file__).parent / "dag"
DRIVERS, MASTER, WORKERS = "drivers", "master", ("worker1", "worker2")
MASTER_PORT = 7077
AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer")
HISTORY, CONNECT = "history", "spark-connect"
DAEMONS = "org.apache.spark.deploy"


class Cluster(Airflow):
    """Everything under one folder. `start` it, `stop` it; break its parts in between.

    stands: whether jobs go to a Spark that stands.
    """

    def __init__(self, folder: Path, stands: bool) -> None:
        self.folder = folder
        self.stands = stands
        self.warehouse = folder / "warehouse"
        self.events = folder / "events"
        self.logs = folder / "logs"
        for path in (self.warehouse, self.events, self.logs, folder / "recovery", folder / "conf"):
            path.mkdir()
        self.network = network([DRIVERS, MASTER, *WORKERS])
        self.local = folder / "local"
        self.address = f"http://127.0.0.1:{free_port()}"
        self.history = f"http://127.0.0.1:{free_port()}"
        self.alerts = Receiver()
        self.postgres = Postgres(folder / "postgres", free_port())
        spark_settings.write(folder / "conf", self.events)
        self._secrets = {
            name: secrets.token_urlsafe(48) for name in ("AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY")
        }
        self._token, self._connect_port = secrets.token_urlsafe(48), free_port()
        self.members = {name: self._airflow(name) for name in AIRFLOW}
        self.members |= {MASTER: self._master(), HISTORY: self._history()}
        self.members |= {name: self._worker(name) for name in WORKERS}
        if stands:
            self.members[CONNECT] = self._connect()

    # Its life

    def start(self) -> None:
        """Start everything and wait until the DAG can be run. Raises TimeoutError or RuntimeError."""
        self.postgres.start()
        self.postgres.create_database()
        done = subprocess.run(
            ["airflow", "db", "migrate"], env=self.environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"Airflow's database was not made:\n{(done.stdout + done.stderr)[-3000:]}")
        for member in self.members.values():
            member.start()
        wait_until(lambda: is_healthy(self.address, (*PARTS, "triggerer")), "Airflow healthy", 240)
        wait_until(lambda: self._registered() >= len(WORKERS), "both workers at the master")
        self.log_in()
        wait_until(self._knows_the_dag, "the DAG in Airflow's database")
        self.unpause()

    def stop(self) -> None:
        """Stop everything, also what has not started."""
        for member in reversed(self.members.values()):
            member.stop()
        try:
            self.postgres.stop()
        except RuntimeError as error:
            print(error, flush=True)
        self.network.close()
        self.alerts.close()

    def tend(self) -> None:
        """Start again what has ended by itself, as the containers' restart policy does."""
        for name in (*AIRFLOW, *([CONNECT] if self.stands else [])):
            self.members[name].tend()

    @property
    def restarts(self) -> int:
        """How often `tend` had to start something again."""
        return sum(member.restarts for member in self.members.values())

    # What it runs

    def links(self, run_id: str, task: str) -> dict[str, str | None]:
        """The links on a task's page."""
        return self.rest.ask(f"/api/v2/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/{task}/links")["extra_links"]

    def executors(self, worker: str) -> list[int]:
        """The process ids of the executors of a worker."""
        return [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and self._is_executor(entry, self.members[worker].group)
        ]

    @staticmethod
    def _is_executor(process: Path, group: int) -> bool:
        try:
            is_ours = os.getpgid(int(process.name)) == group
            return is_ours and b"CoarseGrainedExecutorBackend" in (process / "cmdline").read_bytes()
        except (ProcessLookupError, FileNotFoundError):
            return False

    # Its parts

    def environment(self) -> dict[str, str]:
        """The environment of Airflow and of the Spark drivers that it starts."""
        port = self.address.rpartition(":")[2]
        mine = {
            "AIRFLOW_HOME": str(self.local / "airflow"),
            "AIRFLOW_PORT": port,
            "SEGMENTATION_LOCAL": str(self.local),
            "SEGMENTATION_WAREHOUSE": str(self.warehouse),
            "SEGMENTATION_SPARK_HISTORY": self.history,
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.address}/execution/",
            "AIRFLOW__API__PORT": port,
            "AIRFLOW__API__BASE_URL": self.address,
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.postgres.url,
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": "",
            # When a task whose process is gone counts as dead; 300 s by default.
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "3",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
            # When a scheduler counts as dead, and how often another looks for what it left; 30 and 300 s by default.
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
            "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
            "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps(self._connection()),
            "AIRFLOW_CONN_SEGMENTATION_ALERTS": self.alerts.connection,
            "SPARK_LOCAL_IP": self.network.address(DRIVERS),
            "SPARK_CONF_DIR": str(self.folder / "conf"),
            **self._secrets,
        }
        usual = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "SPARK", "PYSPARK"))}
        usual |= layout.environment() | mine
        return usual | {"PYTHONPATH": os.pathsep.join([str(PROJECT / "include"), str(PROJECT / "dags")])}

    def _airflow(self, name: str) -> Member:
        return Member(name, ["airflow", name], self.environment(), self.logs)

    def _connection(self) -> dict[str, object]:
        if not self.stands:
            return {"conn_type": "spark", "host": self._master_url()}
        at = {"host": "localhost", "port": self._connect_port}
        return {"conn_type": "spark_connect", **at, "password": self._token}

    def _connect(self) -> Member:
        """As the service of docker-compose.yaml, but for its places and its memory."""
        compose = yaml.safe_load((PROJECT / "docker-compose.yaml").read_text(encoding="utf-8"))
        mine = {"spark://spark-master:7077": self._master_url(), "4g": "1g"}
        words = [
            mine.get(word, word).replace("/opt/segmentation", str(PROJECT))
            for word in compose["services"][CONNECT]["command"]
        ]
        binding = {"address": "127.0.0.1", "port": self._connect_port}
        here = [
            word for key, value in binding.items() for word in ("--conf", f"spark.connect.grpc.binding.{key}={value}")
        ]
        environment = self._spark(DRIVERS) | {TOKEN: self._token}
        # As in the container; Spark counts this server among its daemons.
        del environment["SPARK_DAEMON_JAVA_OPTS"], environment["SPARK_DAEMON_MEMORY"]
        return Member(CONNECT, [words[0], *here, *words[1:]], environment, self.logs)

    def _master(self) -> Member:
        at = self.network.address(MASTER)
        words = [
            "spark-class", f"{DAEMONS}.master.Master", "--host", at, "--port", str(MASTER_PORT), "--webui-port", "0",
        ]  # fmt: skip
        recovery = f"-Dspark.deploy.recoveryMode=FILESYSTEM -Dspark.deploy.recoveryDirectory={self.folder / 'recovery'}"
        environment = self._spark(MASTER) | {"SPARK_MASTER_OPTS": f"{recovery} -Dspark.master.rest.enabled=false"}
        return Member(MASTER, self.network.inside(MASTER, words), environment, self.logs)

    def _worker(self, name: str) -> Member:
        at, work = self.network.address(name), self.folder / name
        words = [
            "spark-class", f"{DAEMONS}.worker.Worker", "--host", at, "--webui-port", "0", "--cores", "2",
            "--memory", "2g", "--work-dir", str(work), self._master_url(),
        ]  # fmt: skip
        return Member(name, self.network.inside(name, words), self._spark(name), self.logs)

    def _history(self) -> Member:
        environment = self._spark(DRIVERS)
        port = self.history.rpartition(":")[2]
        where = f"-Dspark.history.ui.port={port} -Dspark.history.fs.update.interval=2s -Dspark.ui.bindAddress=127.0.0.1"
        environment |= {"SPARK_HISTORY_OPTS": where, "SPARK_LOCAL_IP": "127.0.0.1"}
        return Member(HISTORY, ["spark-class", f"{DAEMONS}.history.HistoryServer"], environment, self.logs)

    def _spark(self, place: str) -> dict[str, str]:
        """The environment of a Spark daemon: nothing that leads to this project's code."""
        known = layout.environment()
        return {
            **{name: known[name] for name in ("JAVA_HOME", "SPARK_HOME", "PATH")},
            "SPARK_LOCAL_IP": self.network.address(place),
            "SPARK_CONF_DIR": str(self.folder / "conf"),
            "SPARK_DAEMON_MEMORY": "512m",
            "SPARK_DAEMON_JAVA_OPTS": spark_settings.SMALL,
        }

    def _master_url(self) -> str:
        return f"spark://{self.network.address(MASTER)}:{MASTER_PORT}"

    # What it says of itself

    def _registered(self) -> int:
        """How many workers the master has taken on, by its log."""
        return self.members[MASTER].log.read_text(encoding="utf-8").count("Registering worker")

    def _knows_the_dag(self) -> bool:
        return any(dag["dag_id"] == DAG_ID for dag in self.rest.ask("/api/v2/dags")["dags"])

    def secrets(self) -> list[str]:
        """What no log, manifest or event log may hold."""
        return [self.postgres.password, self._token, *self._secrets.values()]
