"""The machine and the versions that figures were measured on and with. No names of hosts, users or folders."""

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psutil

from segmentation.running.local import java

PACKAGES = {
    "Spark": "pyspark", "Airflow": "apache-airflow", "DuckDB": "duckdb", "Polars": "polars",
    "scikit-learn": "scikit-learn", "numpy": "numpy", "pyarrow": "pyarrow",
}  # fmt: skip


def machine() -> dict[str, str]:
    """What the machine is."""
    return {
        "processor": _processor(),
        "cores": str(cores()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}{_distribution()}",
    }


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def versions() -> dict[str, str]:
    """The versions of what runs."""
    found = {"Python": platform.python_version(), "Java": _java()}
    return found | {title: version(package) for title, package in PACKAGES.items()}


def _java() -> str:
    done = subprocess.run(
        [java.java_home() / "bin" / "java", "-version"], capture_output=True, text=True, check=False, timeout=60
    )
    words = done.stderr.split('"')
    return words[1] if len(words) > 1 else "unknown"


def _processor() -> str:
    if sys.platform == "darwin":
        done = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False)
        return done.stdout.strip() or platform.machine()
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _distribution() -> str:
    try:
        return f", {platform.freedesktop_os_release()['PRETTY_NAME']}"
    except (OSError, KeyError):
        return ""
