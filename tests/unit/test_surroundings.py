"""Whatever the locale and the home of who runs it: names of files are UTF-8, and what is kept lies in this folder."""

import os
import subprocess
from pathlib import Path

import pytest

from segmentation.common.paths import PROJECT, UTF8
from segmentation.running.local import java, layout

LOCALES = ["C", "POSIX", "tr_TR.UTF-8", "tr_TR", "de_DE.ISO-8859-1", "no such locale", ""]


def property_of(environment: dict[str, str], name: str) -> str:
    """A property of the Java that jobs run on, as it begins in an environment."""
    command = [java.java_home() / "bin" / "java", "-XshowSettings:properties", "-version"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stderr
    return next(line.partition(" = ")[2] for line in said.splitlines() if line.strip().startswith(f"{name} = "))


def test_java_would_take_names_of_files_otherwise_by_the_locale() -> None:
    assert property_of({"LC_ALL": "C"}, "sun.jnu.encoding") != "UTF-8"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_task_has_names_of_files_and_letters_as_we_mean_them(monkeypatch: pytest.MonkeyPatch, locale: str) -> None:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.setenv(name, locale)
    environment = layout.environment()
    assert environment.items() >= UTF8.items()
    assert property_of(environment, "sun.jnu.encoding") == "UTF-8"
    assert property_of(environment, "user.language") == "en"


@pytest.mark.parametrize("home", [None, "/proc/nowhere"])
def test_set_up_keeps_what_it_fetches_in_this_folder(home: str | None) -> None:
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "JAVA_HOME")}
    print_all = "print_all:;@echo $$UV_CACHE_DIR; echo $$PIP_CACHE_DIR; echo $$MPLCONFIGDIR"
    said = subprocess.run(
        ["make", "--silent", "--eval", print_all, "print_all"],
        cwd=PROJECT, env=clean | ({"HOME": home} if home else {}), capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert len(said) == 3
    assert all(Path(place).is_relative_to(PROJECT) for place in said)
    chosen = subprocess.run(
        ["make", "--silent", "--eval", print_all, "print_all"],
        cwd=PROJECT, env=clean | {"UV_CACHE_DIR": "/shared"}, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert chosen[0] == "/shared", "who shares a cache among projects may"
