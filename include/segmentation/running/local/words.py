"""The words behind `make run` and `make backfill`: a misspelt one is refused, since it would count for nothing.

They reach the program as environment variables, among all those that have nothing to do with it. Which ones stood
behind the target, make knows, and the Makefile hands on their names. Of the rest of the environment only what is one
slip away from a param can be taken for a misspelt one.
"""

from collections.abc import Iterable, Mapping

from segmentation.common.errors import UserError
from segmentation.common.spelling import did_you_mean, is_slip
from segmentation.config.settings import FIELDS

# A param is given as a variable of its name in capitals, or by one of these shorter words.
SHORT = {"FILES": "files_path", "EXCLUDED": "excluded_categories"}
PARAMS = {name.upper(): name for name in FIELDS} | SHORT
# The names of all variables behind the target, as the Makefile lists them.
GIVEN = "SEGMENTATION_GIVEN"
# Variables of other programs may stand behind the target too: make hands them on.
OTHERS = {
    "PATH", "HOME", "SHELL", "LANG", "TZ", "TMPDIR", "TMP", "TEMP", "COLUMNS", "TERM", "NO_COLOR", "HTTP_PROXY",
    "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "MAKEFLAGS",
    "SEGMENTATION_WAREHOUSE", "SEGMENTATION_LOCAL", "SEGMENTATION_FILES_ROOT", "SEGMENTATION_SPARK_HISTORY",
    "SEGMENTATION_SMALL_JOB_OPTIONS", "SEGMENTATION_SHOPS", "SEGMENTATION_KEEP_RELEASES",
    "SEGMENTATION_QUERIES_IN_FORM", "SEGMENTATION_ADDRESSES",
}  # fmt: skip
OTHERS_BEGIN = (
    "AIRFLOW_", "SPARK_", "PYSPARK_", "JAVA_", "JDK_", "HADOOP_", "HF_", "HUGGINGFACE_", "AWS_",
    "PYTHON", "UV_", "PIP_", "LC_", "XDG_", "MPL", "OMP_", "OPENBLAS_", "MKL_", "OTEL_",
)  # fmt: skip
# A shorter name is one slip away from too many others.
SHORTEST = 8


def check_words(variables: Mapping[str, str], more: Iterable[str] = ()) -> None:
    """Refuse a word behind the target that is no param, and a variable that looks like a misspelt one.

    `more` are the words that the target takes besides params. Raises UserError with the nearest name.
    """
    known = {*PARAMS, *more}
    given = variables.get(GIVEN, "").split()
    for word in given:
        if word not in known and not _of_others(word):
            raise UserError(
                f"{word}= is no param, and would count for nothing.{did_you_mean(word, sorted(known))} "
                f"The params are in docs/reference/params.md. A variable of another program goes before `make`."
            )
    for word in sorted(set(variables) - set(given)):
        meant = None if word in known or _of_others(word) else _meant(word, known, variables)
        if meant:
            raise UserError(
                f"The variable {word} of the environment is no param, and would count for nothing. Did you mean "
                f"{meant}? If it belongs to another program, unset it: `env -u {word} make ...`."
            )


def _of_others(word: str) -> bool:
    return word.upper() in OTHERS or word.startswith(OTHERS_BEGIN)


def _meant(word: str, known: set[str], variables: Mapping[str, str]) -> str | None:
    """The word that a variable is one slip away from. Who has given that one too has not misspelt it."""
    slips = (each for each in sorted(known) if _is_slip(word, each) and each not in variables)
    return next(slips, None)


def _is_slip(word: str, right: str) -> bool:
    same_letters = word.replace("_", "") == right.replace("_", "")
    return is_slip(word, right) and (len(right) >= SHORTEST or (same_letters and len(right) > 3))
