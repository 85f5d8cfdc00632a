"""Which code ran: the release, and the git commit or a hash of the rules where there is no git."""

import hashlib
import subprocess
from functools import cache

from segmentation.common.paths import PROJECT
from segmentation.common.release import RELEASE


def made_by() -> dict[str, str]:
    """What a manifest says of the code that made its version."""
    return {"release": RELEASE, "version": code_version()}


@cache
def code_version() -> str:
    """`git:<commit>`, with `+changes` where tracked files differ from it, or `source:<hash>` outside git."""
    try:
        commit = _git("rev-parse", "HEAD")
        return f"git:{commit}{'+changes' if _git('status', '--porcelain', '--untracked-files=no') else ''}"
    except (OSError, subprocess.SubprocessError):
        return f"source:{_source_hash()}"


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=PROJECT, check=True, capture_output=True, text=True, timeout=20)
    return done.stdout.strip()


def _source_hash() -> str:
    total = hashlib.sha256()
    for folder in ("include", "spark_jobs"):
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in (".py", ".sql", ".yaml", ".j2"):
                total.update(path.relative_to(PROJECT).as_posix().encode() + path.read_bytes())
    return total.hexdigest()[:12]
