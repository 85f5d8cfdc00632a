"""Which of Java's compilers the Spark of one run gets: the quick one alone where the run reads little."""

from collections.abc import Mapping
from pathlib import Path

from segmentation.common.errors import UserError
from segmentation.config.kinds import FILES, is_address
from segmentation.config.settings import Settings
from segmentation.engine.stage import SMALL_JOB_OPTIONS

# Of what is given, not yet made Parquet: so little is worked through in a minute or two by all stages together. Java's
# thorough compiler then costs more than it saves.
LITTLE = 256 * 2**20
# Of a generated review, and of its part of a product.
BYTES_A_REVIEW = 525
# Texts that are packed, or Parquet, and about how many times as long they are when they are read.
PACKED, TIMES = (".gz", ".zst", ".parquet"), 8


def with_compiler(environment: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The environment to start a run's Spark in. Where the user has chosen options of Java, those stay."""
    quick = environment.get(SMALL_JOB_OPTIONS)
    if quick and reads_little(settings):
        return {**environment, "SPARK_SUBMIT_OPTS": quick}
    return dict(environment)


def reads_little(settings: Settings) -> bool:
    """Whether it is known before the run begins that there is little to read."""
    if settings.source == "demo":
        return settings.demo_reviews * BYTES_A_REVIEW <= LITTLE
    if settings.source not in ("files", FILES) or is_address(settings.files_path):
        return False  # elsewhere; how much it is shows when it is fetched
    try:
        return sum(map(_bytes_to_read, _paths(settings))) <= LITTLE
    except (UserError, OSError):
        return False  # the run says what is wrong with them


def _paths(settings: Settings) -> list[Path]:
    # Only these sources need them so early.
    from segmentation.sources import files, order_files

    if settings.source == FILES:
        return [one.path for one in order_files.find_files(str(settings.files_path))]
    return list(files.find_files(str(settings.files_path), settings.category).values())


def _bytes_to_read(path: Path) -> int:
    return path.stat().st_size * (TIMES if path.name.lower().endswith(PACKED) else 1)
