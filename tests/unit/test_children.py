"""Whoever stops us stops what we have started, and what that has started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from segmentation.common.children import end_group, group_alive
from segmentation.common.paths import PROJECT

pytestmark = pytest.mark.slow

# Stands for `make run`: its child starts another, as Airflow starts Spark, and then each waits for the next.
PARENT = """
import os, signal, sys
# As in a terminal; whoever runs the tests may have them ignored, as nohup does.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
from segmentation.common import children
from segmentation.common.children import Stopped, group_of, stops_raise
children.PATIENCE_SECONDS = float(sys.argv[2])
try:
    with stops_raise(), group_of([sys.executable, "-c", sys.argv[1]], dict(os.environ)) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
except Stopped as stopped:
    print("stopped", flush=True)
    raise
"""
CHILD = """
import os, subprocess, sys
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpgid(0), os.getpid(), other.pid, flush=True)
other.wait()
"""
# Much more than a pipe holds: who is not read could not end.
TALKER = """
import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print("x" * 300_000, flush=True), sys.exit(0)))
print(os.getpgid(0), flush=True)
signal.pause()
"""


def started(child: str, patience: float = 60) -> tuple[subprocess.Popen, list[int]]:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, child, str(patience)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT / "include")},
    )  # fmt: skip
    return parent, [int(word) for word in parent.stdout.readline().split()]


def runs(process: int) -> bool:
    try:
        # A process that has ended may still wait to be asked for, by an init that does not do it.
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_child_and_its_child(told: signal.Signals) -> None:
    parent, (group, *processes) = started(CHILD)
    assert all(map(runs, processes))
    assert group not in (os.getpgid(0), os.getpgid(parent.pid))
    parent.send_signal(told)
    out, _ = parent.communicate(timeout=300)
    assert parent.returncode == 128 + told
    assert out.endswith("stopped\n")
    assert not any(map(runs, processes))


def test_who_has_much_to_say_at_the_end_is_read() -> None:
    parent, (group,) = started(TALKER, patience=250)
    began = time.monotonic()
    parent.terminate()
    parent.communicate(timeout=300)
    assert time.monotonic() - began < 200, "it was killed, after all the patience"
    assert not group_alive(group)


def test_who_does_not_listen_is_killed() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE, process_group=0)
    child.stdout.readline()
    end_group(child.pid, 0.5)
    assert child.wait(timeout=300) == -signal.SIGKILL
    assert not group_alive(child.pid)


# Takes in who has lost their parent, as process 1 of a container does, and asks for nobody's end.
NO_INIT = """
import ctypes, subprocess, sys
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0
sys.exit(subprocess.call([sys.executable, "-c", sys.argv[1]]))
"""
ENDS_A_GROUP = """
import subprocess, sys, time
from segmentation.common.children import end_group
group = subprocess.Popen(["sh", "-c", "sleep 600 & echo; wait"], stdout=subprocess.PIPE, start_new_session=True)
group.stdout.readline()
began = time.monotonic()
end_group(group.pid, 60)
print(time.monotonic() - began)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="no /proc here")
def test_where_nobody_asks_for_the_ends_of_orphans_nobody_waits_for_them() -> None:
    command = [sys.executable, "-c", NO_INIT, ENDS_A_GROUP]
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "include")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 30


def test_a_parent_that_is_killed_leaves_nothing_running() -> None:
    parent, (_, *processes) = started(CHILD)
    assert all(map(runs, processes))
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 60
    while any(map(runs, processes)):
        assert time.monotonic() < deadline, "they go on although nobody waits for them"
        time.sleep(0.05)
