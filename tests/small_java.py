"""Java for tests: as `make` starts it for jobs that read little, with the class cache of this installation."""

import fcntl

from segmentation.common.paths import LOCAL
from segmentation.engine.stage import SMALL_JOB_OPTIONS
from segmentation.running.local import java, layout


def class_cache() -> str:
    """The options that use the class cache; the first who asks makes it."""
    home = java.java_home()
    LOCAL.mkdir(parents=True, exist_ok=True)
    # Tests run in two processes.
    with open(LOCAL / "class-cache.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert java.build_class_cache(home, layout.environment()), "the warm-up that builds the class cache has failed"
    return java.class_cache_options(home)


def options() -> str:
    """All of Java's options for jobs that read little."""
    class_cache()
    # Nothing where the developer has options of his own: those are for his runs.
    return layout.environment()[SMALL_JOB_OPTIONS] or layout.SMALL_JOBS
