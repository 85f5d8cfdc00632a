"""How the preview works out the way in which times are written: by the cells, and never where two ways fit."""

import pyarrow as pa
import pytest

from segmentation.sources.order_lines import times
from segmentation.sources.preview.times_guess import TimeGuess, guess, is_clock


def guessed(*texts: str) -> TimeGuess:
    found = guess([pa.array(texts)])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["2023-06-01", "2023-06-13 10:00"], ""),
        (["2023-06-01T10:00:00+02:00"], ""),
        (["2023-06-01, 10:00"], "yyyy-M-d, H:mm"),
        (["2023-06-01 11:00 PM"], "yyyy-M-d h:mm a"),
        (["01/06/2023", "22/06/2023"], "d/M/yyyy"),
        (["6/1/2023 10:00", "6/25/2023 9:05"], "M/d/yyyy H:mm"),
        (["31.12.2023 10:00:05"], "d.M.yyyy H:mm:ss"),
        (["2023/06/01"], "yyyy/M/d"),
        (["1-Jun-23"], "d-MMM-yy"),
        (["Jun 1, 2023 10:00:00 AM"], "MMM d, yyyy h:mm:ss a"),
        (["Thu, 01 Jun 2023 10:00:00 GMT"], "EEE, d MMM yyyy H:mm:ss z"),
        (["06/13/2023 10:00 +0200"], "M/d/yyyy H:mm z"),
        (["20230601", "20231231"], "yyyyMMdd"),
        (["01062023", "13062023"], "ddMMyyyy"),
        (["1685577600"], "epoch_seconds"),
        (["1685577600000"], "epoch_milliseconds"),
        (["2023-06-01", "13.06.2023"], "[d.M.yyyy][yyyy-M-d]"),
    ],
)
def test_a_way_that_alone_fits_is_found_and_reads_every_cell(texts: list[str], wanted: str) -> None:
    found = guessed(*texts)
    assert (found.format, found.read, found.cells) == (wanted, len(texts), len(texts))
    read = times.from_texts(pa.array(texts), times.reading("UTC", None, wanted or None, {}))
    assert not read.faults.any()


@pytest.mark.parametrize(
    ("texts", "choices"),
    [
        (["01/06/2023", "12/11/2023"], ["d/M/yyyy", "M/d/yyyy"]),
        (["01/02/03"], ["yy/M/d", "d/M/yy", "M/d/yy"]),
        (["38000"], ["excel", "excel_1904"]),
    ],
)
def test_what_fits_in_two_ways_is_left_open(texts: list[str], choices: list[str]) -> None:
    found = guessed(*texts)
    assert found.format is None
    assert found.choices == choices
    assert all(repr(choice) in found.why for choice in choices)


def test_a_cell_that_is_no_time_leaves_nothing_open() -> None:
    found = guessed("2023-06-01", "2023-06-02", "2023-06-03", "soon")
    assert (found.format, found.read, found.cells) == ("", 3, 4)


def test_two_ways_of_writing_in_one_column_are_left_open() -> None:
    assert guessed("13/06/2023", "06/13/2023", "06/14/2023").format is None


def test_days_of_a_spreadsheet_that_would_lie_in_the_future_are_of_the_usual_kind() -> None:
    assert guessed("45078.5", "46000").format == "excel"


def test_a_later_chunk_settles_what_the_first_leaves_open() -> None:
    found = guess([pa.array(["01/06/2023", "02/06/2023"]), pa.array(["30/06/2023"])])
    assert found is not None
    assert (found.format, found.cells) == ("d/M/yyyy", 3)


def test_the_rest_is_not_read_once_it_is_settled() -> None:
    def chunks():
        yield pa.array(["30/06/2023"])
        raise AssertionError("read on")

    assert guess(chunks()).format == "d/M/yyyy"


@pytest.mark.parametrize("texts", [["abc"], ["5", "7"], ["12,50"], [""], ["12:30"]])
def test_other_cells_are_no_times(texts: list[str]) -> None:
    assert guess([pa.array(texts)]) is None


def test_a_time_of_day_alone_is_told_from_a_time() -> None:
    assert is_clock(pa.array(["12:30", "1:05:09 pm"]))
    assert not is_clock(pa.array(["2023-06-01 12:30"]))
