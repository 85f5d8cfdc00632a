"""The class cache fits one installation only."""

import os
from pathlib import Path

import pyspark
import pytest

from segmentation.local import java


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
