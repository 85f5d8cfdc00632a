"""The tree as git has it: what is needed is in it."""

import subprocess

import pytest

from segmentation.common.paths import PROJECT


@pytest.mark.skipif(not (PROJECT / ".git").exists(), reason="no git here")
def test_git_ignores_no_file_of_ours() -> None:
    """A folder of the package may have the name of one that runs leave behind."""
    kept = ["include", "spark_jobs", "dags", "plugins", "tests", "docs", "bench"]
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--ignored", "--exclude-standard", *kept],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert [path for path in listed if "__pycache__" not in path and not path.endswith(".pyc")] == []
