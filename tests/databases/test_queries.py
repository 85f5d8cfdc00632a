"""The user's query: where markers stand and where they do not, and that it stays one statement."""

from datetime import date

import pytest

from segmentation.common.errors import UserError
from segmentation.sources.databases.queries import parsed
from segmentation.sources.dated import dated


@pytest.mark.parametrize(
    ("given", "rendered"),
    [
        ("SELECT :as_of", "SELECT <as_of>"),
        ("SELECT x::date, ':as_of', \":as_of\" -- :as_of\n, :window_start", None),
        ("SELECT /* :as_of ; */ 1;", "SELECT /* :as_of ; */ 1"),
        ("SELECT $$ :as_of ; $$, $x$ ) $x$", "SELECT $$ :as_of ; $$, $x$ ) $x$"),
        ("SELECT E'it\\'s :as_of ;', 'it''s ('", "SELECT E'it\\'s :as_of ;', 'it''s ('"),
        ("SELECT (:as_of)::text", "SELECT (<as_of>)::text"),
        ("SELECT a FROM t WHERE b LIKE '100%'", "SELECT a FROM t WHERE b LIKE '100%'"),
    ],
)
def test_markers_are_found_outside_of_texts_and_comments(given: str, rendered: str | None) -> None:
    if rendered is None:
        rendered = given.replace(":window_start", "<window_start>")
    assert parsed(given).rendered(lambda name: f"<{name}>") == rendered


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("SELECT :foo", "nothing to put in the place of ':foo'. Allowed: :as_of, :window_start."),
        ("SELECT 1; DROP TABLE orders", "a ; that ends it"),
        ("SELECT 1) TO STDOUT -- (", "a bracket that closes none"),
        ("SELECT (1", "a bracket that is not closed"),
        ("SELECT 'open", "' without its end"),
        ("SELECT /* open", "/* without its end"),
    ],
)
def test_more_than_one_statement_is_refused(given: str, words: str) -> None:
    with pytest.raises(UserError) as refused:
        parsed(given)
    assert words in str(refused.value) and str(refused.value).startswith("Param query: ")


# {as_of}
def test_a_drop_of_each_month_is_named_by_the_date() -> None:
    day = date(2023, 9, 1)
    assert dated("files_path", "a/{as_of}.csv", day) == "a/2023-09-01.csv"
    assert (
        dated("files_path", "s3://b/{as_of:%Y}/{as_of:%m}-{as_of:%Y-%m_1}.csv", day) == "s3://b/2023/09-2023-09_1.csv"
    )
    assert dated("query", "SELECT '{}' FROM orders_{as_of:%Y_%m}", day) == "SELECT '{}' FROM orders_2023_09"
    assert dated("files_path", "a/{b}.csv", None) == "a/{b}.csv"


@pytest.mark.parametrize(
    "given",
    ["{as_of!r}", "{as_of.year}", "{as_of.__class__}", "{as_of:%s}", "{as_of:%c}", "{as_of:../x}", "{as_of:}", "{as_of",
     "{as_of:%A}", "{as_of:';--}", "{ as_of }", "{as_of:{as_of}}", "{as_off}"],
)  # fmt: skip
def test_any_other_format_is_refused(given: str) -> None:
    with pytest.raises(
        UserError, match=r"^Param query: ['\"].*['\"] is not allowed\. Allowed: \{as_of\}, or with a format"
    ):
        dated("query", f"SELECT * FROM t{given}", date(2023, 9, 1))


def test_a_date_is_needed() -> None:
    with pytest.raises(UserError, match=r"^Param as_of: it is empty, and files_path is 'a/\{as_of\}'"):
        dated("files_path", "a/{as_of}", None)
