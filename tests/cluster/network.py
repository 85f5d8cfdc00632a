"""Where the cluster's processes have their addresses: in network namespaces of their own, or all on loopback.

Namespaces take root and Linux. Nothing leaves the machine: the bridge between them has no other port.
"""

import os
import shutil
import signal
import subprocess
from typing import Protocol


class Network(Protocol):
    """Places with an address each."""

    def address(self, place: str) -> str:
        """The IP address of a place."""

    def inside(self, place: str, words: list[str]) -> list[str]:
        """A command as it has to be started to run in a place."""

    def cut(self, place: str, group: int) -> None:
        """Let nothing come from a place or reach it. group: the process group that runs there."""

    def mend(self, place: str, group: int) -> None:
        """End the cut."""

    def close(self) -> None:
        """Remove what was made."""


class Namespaces:
    """A bridge, and a network namespace with an address of its own for each place but the first, the host."""

    words = "network namespaces, an address each"

    def __init__(self, places: list[str]) -> None:
        self._tag = f"cs{os.getpid() % 100000}"
        self._net = f"10.77.{os.getpid() % 256}"
        self.host, *others = places
        self._number = {place: number for number, place in enumerate(others, start=2)}
        try:
            self._make()
        except subprocess.CalledProcessError:
            self.close()
            raise

    def _make(self) -> None:
        _ip("link", "add", self._tag, "type", "bridge")
        _ip("addr", "add", f"{self._net}.1/24", "dev", self._tag)
        _ip("link", "set", self._tag, "up")
        for place, number in self._number.items():
            space, link = self._space(place), self._link(place)
            _ip("netns", "add", space)
            _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("link", "set", link, "master", self._tag, "up")
            _ip("-n", space, "link", "set", "lo", "up")
            _ip("-n", space, "addr", "add", f"{self._net}.{number}/24", "dev", "eth0")
            _ip("-n", space, "link", "set", "eth0", "up")

    def address(self, place: str) -> str:
        return f"{self._net}.{self._number.get(place, 1)}"

    def inside(self, place: str, words: list[str]) -> list[str]:
        return words if place == self.host else ["ip", "netns", "exec", self._space(place), *words]

    def cut(self, place: str, group: int) -> None:
        _ip("link", "set", self._link(place), "down")

    def mend(self, place: str, group: int) -> None:
        _ip("link", "set", self._link(place), "up")

    def close(self) -> None:
        for words in [*(("netns", "del", self._space(place)) for place in self._number), ("link", "del", self._tag)]:
            subprocess.run(["ip", *words], check=False, capture_output=True)

    def _space(self, place: str) -> str:
        return f"{self._tag}-{place}"

    def _link(self, place: str) -> str:
        # The kernel allows 15 letters.
        return f"{self._tag}v{self._number[place]}"


class Loopback:
    """All places on 127.0.0.1. A cut stops the place's processes: to the others that looks the same."""

    words = "loopback, because network namespaces are refused here; a cut stops the processes instead"

    def address(self, place: str) -> str:
        return "127.0.0.1"

    def inside(self, place: str, words: list[str]) -> list[str]:
        return words

    def cut(self, place: str, group: int) -> None:
        os.killpg(group, signal.SIGSTOP)

    def mend(self, place: str, group: int) -> None:
        os.killpg(group, signal.SIGCONT)

    def close(self) -> None:
        pass


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def network(places: list[str]) -> Network:
    """Namespaces where the machine allows them, else loopback. LOOPBACK=1 asks for loopback."""
    if os.environ.get("LOOPBACK") == "1" or os.geteuid() or not shutil.which("ip"):
        return Loopback()
    try:
        return Namespaces(places)
    except subprocess.CalledProcessError:
        return Loopback()
