"""A copy of the project for a test, whose rules may be changed."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from segmentation.config import bins, segment_maps, settings
from segmentation.planning import datasets, plan, sql_files


def forget() -> None:
    for module in (sql_files, datasets, plan):
        for member in vars(module).values():
            if hasattr(member, "cache_clear"):
                member.cache_clear()


@contextmanager
def project_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str, str], None]]:
    """Gives what changes a rule in the copy: change(path, old text, new text)."""
    skipped = shutil.ignore_patterns("__pycache__")
    for folder in ("include", "spark_jobs"):
        shutil.copytree(plan.PROJECT / folder, tmp_path / folder, ignore=skipped)
    monkeypatch.setattr(plan, "PROJECT", tmp_path)
    for module in (sql_files, datasets):
        monkeypatch.setattr(module, "SQL", tmp_path / "include/sql")
    for module in (settings, segment_maps, bins):
        monkeypatch.setattr(module, "SEGMENT_MAPS", tmp_path / "include/segment_maps")
    forget()

    def change(path: str, old: str, new: str) -> None:
        text = (tmp_path / path).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / path).write_text(text.replace(old, new, 1), encoding="utf-8")
        forget()

    try:
        yield change
    finally:
        forget()
