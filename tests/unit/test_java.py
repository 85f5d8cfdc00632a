"""The class cache fits one installation only; small jobs have options of their own, and a standing Java its memory."""

import os
from pathlib import Path

import pyspark
import pytest

from segmentation.engine.connect.server import memory
from segmentation.engine.stage import SMALL_JOB_OPTIONS
from segmentation.running.local import java, layout


def test_jars_that_were_installed_again_need_another_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = java.java_home()
    jar = tmp_path / "jars" / "spark-core.jar"
    jar.parent.mkdir()
    jar.touch()
    monkeypatch.setattr(pyspark, "__file__", str(tmp_path / "__init__.py"))
    before = java.class_cache(home)
    assert java.class_cache(home) == before
    os.utime(jar, (1, 1))
    assert java.class_cache(home) != before


@pytest.mark.parametrize("own", [None, "-Xmx1g"])
def test_who_chooses_the_options_of_java_chooses_them_for_small_jobs_too(own: str | None, monkeypatch) -> None:
    monkeypatch.delenv("SPARK_SUBMIT_OPTS", raising=False)
    if own:
        monkeypatch.setenv("SPARK_SUBMIT_OPTS", own)
    environment = layout.environment()
    usual, small = environment["SPARK_SUBMIT_OPTS"], environment[SMALL_JOB_OPTIONS]
    assert (usual, small) == (own, "") if own else small == f"{usual} {layout.SMALL_JOBS}"


@pytest.mark.parametrize(("cores", "megabytes"), [(1, 1536), (2, 2048), (4, 3072), (6, 4096), (64, 4096)])
def test_a_standing_java_gets_memory_for_its_cores_up_to_a_limit(cores: int, megabytes: int) -> None:
    assert memory(cores) == f"{megabytes}m"
