"""What is done to the cluster in the middle of a run, and how it is made whole again."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from killer import alive
from member import wait_until

from cluster import CONNECT, MASTER, WORKERS, Cluster

VICTIM = WORKERS[0]
CUT_SECONDS = 30
DOWN_SECONDS = 5


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong while a stage has executors at work. strike: returns what came of it, in words."""

    name: str
    title: str
    stage: str
    strike: Callable[[Cluster], str]


def _take_down(cluster: Cluster, name: str) -> None:
    cluster.members[name].kill()
    time.sleep(DOWN_SECONDS)
    cluster.members[name].start()


def _kill_worker(cluster: Cluster) -> str:
    executors = cluster.executors(VICTIM)
    _take_down(cluster, VICTIM)
    return f"{len(executors)} of its executors died with it"


def _cut_network(cluster: Cluster) -> str:
    group = cluster.members[VICTIM].group
    cluster.network.cut(VICTIM, group)
    time.sleep(CUT_SECONDS)
    cluster.network.mend(VICTIM, group)
    return f"cut for {CUT_SECONDS} s"


def _kill_scheduler(cluster: Cluster) -> str:
    _take_down(cluster, "scheduler")
    return "killed with the tasks that it ran"


def _restart_postgres(cluster: Cluster) -> str:
    cluster.postgres.restart()
    return "restarted as after a crash"


def _restart_master(cluster: Cluster) -> str:
    _take_down(cluster, MASTER)
    return f"away for {DOWN_SECONDS} s"


def _kill_connect(cluster: Cluster) -> str:
    _take_down(cluster, CONNECT)
    return f"away for {DOWN_SECONDS} s"


def _starve_executor(cluster: Cluster) -> str:
    """Let an executor have no more memory than it has: the next thing that it asks the system for is refused."""
    process = cluster.executors(VICTIM)[0]
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    held = int(next(line for line in status.splitlines() if line.startswith("VmSize")).split()[1]) * 1024
    resource.prlimit(process, resource.RLIMIT_AS, (held, held))
    wait_until(lambda: not alive(process), "the end of an executor that gets no memory")
    return f"an executor died at {held / 2**20:,.0f} MiB"


FAULTS = (
    Fault("postgres", "Postgres restarted", "ingest", _restart_postgres),
    Fault("worker", "a worker killed", "clean", _kill_worker),
    Fault("network", "the network to a worker cut", "rfm", _cut_network),
    Fault("memory", "an executor out of memory", "rfm", _starve_executor),
    Fault("master", "the Spark master killed", "kmeans", _restart_master),
    Fault("scheduler", "the scheduler killed", "report", _kill_scheduler),
)
# Where jobs go to a Spark that stands.
OF_CONNECT = (
    Fault("connect", "the Spark Connect server killed", "rfm", _kill_connect),
    Fault("connect again", "it is killed in another stage", "kmeans", _kill_connect),
)
