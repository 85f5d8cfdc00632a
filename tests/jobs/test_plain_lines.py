"""The lines that Arrow reads: the same rows as the SQL makes of them, however odd the lines are."""

import json
from collections import Counter
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import hex as hex_of

from jobs.damaged_lines import lines, sound
from segmentation.engine.tables import read_files
from segmentation.planning.datasets import dataset
from segmentation.planning.sql_files import stage_files
from segmentation.stages.ingest import plain_lines, raw_lines

# What strict parsers differ in: in a field that nobody reads, or in one that somebody does.
VALUES = [
    "NaN", "-NaN", "Inf", "-Inf", "Infinity", "-Infinity", "INF", "nan", "01", "+1", ".5", "1.", "1e5", "1E400", "-0",
    "1e-400", "9" * 999, "9" * 1001, "0." + "1" * 1200, "tru", "True", "null", "[1,]", "{,}", '{"a":1,}', "/**/1",
    '"\\ud83d"', '"\\ude00"', '"\\ud83d\\ude00"', '"\\u0000"', '"\\x"', '"\t"', "'a'", '"\x7f"', "[" * 999 + "]" * 999,
    "[" * 1001 + "]" * 1001, '{"a":' * 600 + "1" + "}" * 600, '""', '" "', '"{"', '"[a"', "[]", "{}", '"Infinity"',
    "4102444799999", "4102444800000", "-1", "5", "5.0", "5.5", "5.000000000000000000001", "4.9999999999999999999", "0",
    "12345678901234567890", "1693526400000.0", "true", "false", '"true"', '"5"', "[[]]", '"\\u2028"', '"é\\u00e9"',
]  # fmt: skip
BYTES = [
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\xf4\x90\x80\x80",
    b"\xc3\xa9",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
]


def odd_lines() -> list[bytes]:
    made = []
    for key in [*sound(0), "other"]:
        for number, value in enumerate(VALUES):
            row = {name: json.dumps(content) for name, content in {**sound(number), "other": 1}.items()}
            row[key] = value
            made.append(("{" + ", ".join(f'"{name}": {text}' for name, text in row.items()) + "}").encode())
    plain = json.dumps(sound(1)).encode()
    for odd in BYTES:
        made += [
            odd + plain,
            plain + odd,
            plain.replace(b"marks", odd),
            plain.replace(b'"images"', b'"im' + odd + b'"'),
        ]
    pair = plain + plain
    made += [b"", b" ", b"\r", plain + b"\r", b" " + plain, plain + b" ", pair, plain + b" " + plain, plain + b","]
    made += [
        plain[:-1] + b', "asin": "B"}',
        plain[:-1] + b', "other": 1, "other": 2}',
        plain[:-1] + b",}",
        b"null",
        b"[]",
    ]
    made += [
        b"{}",
        b"{}{}",
        b"[" + plain + b"]",
        plain.replace(b'"asin"', b'"as\\u0069n"'),
        plain.replace(b'"asin"', b'"Asin"'),
    ]
    made += [plain.replace(b", ", b",").replace(b": ", b":"), plain.replace(b", ", b" ,\t"), plain[:-1], b"}" + plain]
    made.append(json.dumps({**sound(3), "text": "x" * 20_000}).encode())
    return [line for line in made if b"\n" not in line]


def by_sql(spark: SparkSession, path: Path) -> tuple[Counter, Counter]:
    """The accepted rows and the refused lines, as the SQL of `ingest` has them."""
    raw_lines.register(spark, "reviews", [path])
    return made_by_sql(spark)


def made_by_sql(spark: SparkSession) -> tuple[Counter, Counter]:
    files = stage_files("ingest", "edges", "reviews")
    spark.sql(files["review_lines"].text).createOrReplaceTempView("review_lines")
    reviews = told(spark.sql(files["reviews"].text).select(*dataset("reviews").columns))
    refused = told(spark.sql("SELECT line, refused FROM review_lines WHERE refused IS NOT NULL"))
    return Counter(reviews), Counter(refused)


def told(frame: DataFrame) -> list[tuple]:
    """The rows, of texts their bytes: some are no UTF-8, and Spark Connect hands on none but that."""
    texts = {name for name, kind in frame.dtypes if kind == "string"}
    return [
        tuple(row)
        for row in frame.select(*[hex_of(name) if name in texts else name for name in frame.columns]).collect()
    ]


def plainly(spark: SparkSession, path: Path, folder: Path) -> tuple[Counter, Counter, int]:
    """The same from the plain lines and the SQL on the others; and how many were plain."""
    out = folder / "out"
    out.mkdir(parents=True)
    plain = raw_lines.take_plain_reviews(spark, [path], out, folder / "aside")
    files = [str(found.relative_to(out)) for found in out.rglob("*.parquet")]
    rows = told(read_files(spark, dataset("reviews"), out, files).select(*dataset("reviews").columns))
    assert len(rows) == plain
    reviews, refused = made_by_sql(spark)
    return reviews + Counter(rows), refused, plain


@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_lines_give_the_rows_that_the_sql_makes_of_them(spark: SparkSession, tmp_path: Path, seed: int) -> None:
    given = lines(6_000, seed)
    path = tmp_path / "reviews.jsonl"
    path.write_bytes(b"\n".join(given))
    accepted, refused = by_sql(spark, path)
    assert plainly(spark, path, tmp_path / "plain")[:2] == (accepted, refused)
    assert accepted and refused


def test_odd_values_in_any_field_give_the_rows_that_the_sql_makes_of_them(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No block is given up, however much of it is odd: what is read plainly is the point.
    monkeypatch.setattr(plain_lines, "MOST_FAILURES", 10**6)
    given = odd_lines()
    path = tmp_path / "reviews.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join([json.dumps(sound(4)).encode(), *given]) + b"\n")
    accepted, refused = by_sql(spark, path)
    reviews, rest, plain = plainly(spark, path, tmp_path / "plain")
    assert reviews == accepted
    assert rest == refused
    assert plain > 100


def test_lines_as_the_hub_has_them_are_all_plain() -> None:
    hub = b"".join(json.dumps(sound(number)).encode() + b"\n" for number in range(3_000))
    # In the worst block, where lines between them are broken in the ways that files are.
    broken = b"\n".join(json.dumps(sound(1)).encode()[:cut] for cut in range(3, 40)) + b"\n"
    read = plain_lines.read(hub + broken)
    assert read.rows.num_rows == 3_000
    assert len(read.declined) == 37


def test_tasks_write_what_the_driver_would(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "reviews.jsonl"
    path.write_bytes(b"\n".join([*lines(500, 3), *(json.dumps(sound(number)).encode() for number in range(500))]))
    on_driver = plainly(spark, path, tmp_path / "driver")
    monkeypatch.setattr(raw_lines, "ON_DRIVER", 0)
    monkeypatch.setattr("segmentation.stages.ingest.plain_files.SMALLEST_RANGE", 20_000)
    by_tasks = plainly(spark, path, tmp_path / "tasks")
    # A block that is given up is another one there, so how many are plain may differ; the rows may not.
    assert by_tasks[:2] == on_driver[:2]
    assert by_tasks[2] > 500
