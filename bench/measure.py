"""Run a program and measure its whole process tree: wall clock, CPU and peak memory.

CPU comes from the system when a process ends, its own and that of all it has waited for. Memory is looked at every
SAMPLE_SECONDS: the sum of the proportional set sizes, in which pages that several processes share count once; on
systems that do not tell it, the sum of the resident sets.
"""

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import psutil

SAMPLE_SECONDS = 0.2
# Looking at the shared pages of gigabytes takes a while. It may take a twentieth of one core, and no more.
PSS_SECONDS, PSS_SHARE = 0.6, 20
# How long a process that outlives its parent may take to end.
PATIENCE_SECONDS = 20
_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Measured:
    """One run of a program: seconds of wall clock, of its CPU and of all other programs' CPU, peak memory in bytes,
    exit code.
    """

    wall: float
    cpu: float
    others: float
    peak_memory: int
    code: int


def memory_kind() -> str:
    """What peak memory is the sum of on this system."""
    return "proportional set sizes" if _pss(os.getpid()) else "resident set sizes"


def adopt_orphans() -> None:
    """Make this process the parent of what its descendants leave behind, so that their CPU is counted. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def measure(command: list[str], environment: dict[str, str], folder: Path, log: Path) -> Measured:
    """Run the command in `folder`, its output going to `log`, and wait for it and for what it leaves behind.

    Nothing else may run below this process at the time.
    """
    with log.open("wb") as file:
        began, busy = time.monotonic(), _busy_seconds()
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT
        )
        sampler = Sampler()
        sampler.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            cpu = usage.ru_utime + usage.ru_stime + _wait_for_orphans()
            others = max(0.0, _busy_seconds() - busy - cpu)
        finally:
            sampler.stop()
            _end_all()
    return Measured(wall, cpu, others, sampler.peak, process.returncode)


def measure_while(work: Callable[[], None]) -> Measured:
    """Measure what is done meanwhile by all processes below this one, those that stood before among them.

    Their time between two pieces of work counts as well as long as this one lasts.
    """
    began, busy, cpu = time.monotonic(), _busy_seconds(), _seconds_below()
    sampler = Sampler()
    sampler.start()
    try:
        work()
        wall = time.monotonic() - began
        cpu = _seconds_below() - cpu
        others = max(0.0, _busy_seconds() - busy - cpu)
    finally:
        sampler.stop()
    return Measured(wall, cpu, others, sampler.peak, 0)


def _seconds_below() -> float:
    """The CPU seconds of all processes that run below this one, or have."""
    _reap()
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = ended.ru_utime + ended.ru_stime
    for child in psutil.Process().children(recursive=True):
        try:
            # With those that it has waited for itself.
            found += sum(child.cpu_times()[:4])
        except psutil.Error:
            continue
    return found


def _reap() -> None:
    """Wait for adopted processes that have ended, so that their time counts once."""
    try:
        while os.wait4(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


class Sampler(Thread):
    """Looks at the memory of all processes below this one until it is stopped. `peak`: the most bytes at a time."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._over = Event()
        self._next_look = 0.0

    def run(self) -> None:
        me = psutil.Process()
        while not self._over.wait(SAMPLE_SECONDS):
            pids = [child.pid for child in me.children(recursive=True)]
            resident = sum(map(_rss, pids))
            # The proportional sizes are never larger, so they matter only where this could be a new peak.
            began = time.monotonic()
            if resident > self.peak and began >= self._next_look:
                self.peak = max(self.peak, sum(_pss(pid) or _rss(pid) for pid in pids))
                ended = time.monotonic()
                self._next_look = ended + max(PSS_SECONDS, PSS_SHARE * (ended - began))

    def stop(self) -> None:
        self._over.set()
        self.join()


def _busy_seconds() -> float:
    """The CPU seconds of all programs since the system started."""
    times = psutil.cpu_times()
    return times.user + times.system


def _rss(pid: int) -> int:
    try:
        return psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0


def _pss(pid: int) -> int:
    """Bytes; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _wait_for_orphans() -> float:
    """Wait for adopted processes; the CPU seconds of those that ended."""
    seconds, until = 0.0, time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid:
            seconds += usage.ru_utime + usage.ru_stime
        else:
            time.sleep(0.05)
    return seconds


def _end_all() -> None:
    """End what is still below this process: after a failure, an interrupt, or a limit."""
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
            print(f"ended a process that was left over: {child.pid}", flush=True)
        except psutil.Error:
            continue
