"""Lines as a raw file should not have them, some thousand different ones, from one seed."""

import json
import random
from collections.abc import Callable

HUGE = ["9" * 30, "1e400", "-1e400", "1e999999999", "0." + "1" * 2000, "9223372036854775808", "-0", "NaN", "1E+2"]
ODD_VALUES = [
    "null", "true", '""', '"5"', '"NaN"', "[]", "[1]", "{}", '{"a": {"b": 1}}', "1.5", "-1", "01", "'x'", "٣", "0x10",
]  # fmt: skip
TIMES = [-1, -(10**15), 0, 4102444799999, 4102444800000, 10**18, 10**19, 1693526400, 1.5e12]
KEYS = ("rating", "title", "text", "asin", "parent_asin", "user_id", "timestamp", "helpful_vote", "verified_purchase")


def sound(number: int) -> dict:
    """A review that nothing is wrong with."""
    return {
        "rating": 5.0, "title": f"t{number}", "text": "a {set} }{ of, marks", "images": [{"a": 1}, {"b": 2}],
        "asin": f"A{number}", "parent_asin": f"P{number % 50}", "user_id": f"u{number % 900}",
        "timestamp": 1_600_000_000_000 + number, "helpful_vote": number % 3, "verified_purchase": True,
    }  # fmt: skip


def lines(count: int, seed: int) -> list[bytes]:
    """`count` lines without their ends, about a tenth of them sound."""
    dice = random.Random(seed)
    return [dice.choice(DAMAGES)(dice, number) for number in range(count)]


def _as_it_is(dice: random.Random, number: int) -> bytes:
    return json.dumps(sound(number)).encode()


def _cut(dice: random.Random, number: int) -> bytes:
    line = _as_it_is(dice, number)
    return line[: dice.randrange(len(line))]


def _cut_in_front(dice: random.Random, number: int) -> bytes:
    line = _as_it_is(dice, number)
    return line[dice.randrange(1, len(line)) :]


def _with_value(values: list) -> Callable[[random.Random, int], bytes]:
    def damage(dice: random.Random, number: int) -> bytes:
        row = {key: json.dumps(value) for key, value in sound(number).items()}
        row[dice.choice(KEYS)] = str(dice.choice(values))
        return ("{" + ", ".join(f'"{key}": {value}' for key, value in row.items()) + "}").encode()

    return damage


def _without(dice: random.Random, number: int) -> bytes:
    row = sound(number)
    for key in dice.sample(KEYS, dice.randint(1, 4)):
        del row[key]
    return json.dumps(row).encode()


def _time(dice: random.Random, number: int) -> bytes:
    return json.dumps({**sound(number), "timestamp": dice.choice(TIMES)}).encode()


def _votes(dice: random.Random, number: int) -> bytes:
    return json.dumps({**sound(number), "helpful_vote": dice.choice([-3, "12", "many", 2.0, 10**25])}).encode()


def _bytes_changed(dice: random.Random, number: int) -> bytes:
    line = bytearray(_as_it_is(dice, number))
    for _ in range(dice.randint(1, 5)):
        # A line end would make two lines of it, which is no damage within a line.
        line[dice.randrange(len(line))] = dice.choice([byte for byte in range(256) if byte != 10])
    return bytes(line)


def _not_utf8(dice: random.Random, number: int) -> bytes:
    bad = dice.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\xaf"])
    return _as_it_is(dice, number).replace(b"marks", b"ma" + bad + b"rks")


def _nul(dice: random.Random, number: int) -> bytes:
    return _as_it_is(dice, number).replace(b"marks", dice.choice([b"\x00", b"\\u0000", b"ma\x00rks\x01", b"\\ud800"]))


def _around(dice: random.Random, number: int) -> bytes:
    before = dice.choice([b"", b" ", b"\t", b"\xef\xbb\xbf", b"[", b"\x00", b"//", b"\x1e"])
    after = dice.choice([b"", b"\r", b"  ", b",", b"]", b" x", b"\x00", b"{}", b", {}"])
    return before + _as_it_is(dice, number) + after


def _nothing(dice: random.Random, number: int) -> bytes:
    return dice.choice([b"", b" ", b"\r", b"\t \r", b"null", b"{}", b"[]", b"0", b'""', b"true", b"\xef\xbb\xbf"])


def _glued(dice: random.Random, number: int) -> bytes:
    between = dice.choice([b"", b" ", b",", b", ", b"\r", b"\\n"])
    return _as_it_is(dice, number) + between + _as_it_is(dice, number + 1)


def _array(dice: random.Random, number: int) -> bytes:
    return json.dumps([sound(number)] * dice.randint(1, 3)).encode()


def _twice(dice: random.Random, number: int) -> bytes:
    line = _as_it_is(dice, number)
    return line[:-1] + b', "user_id": ' + dice.choice([b'"again"', b"null", b"7", b"{}"]) + b"}"


def _deep(dice: random.Random, number: int) -> bytes:
    depth = dice.choice([10, 999, 1001, 30_000])
    nest = dice.choice([b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth, b"[" * depth])
    return _as_it_is(dice, number)[:-1] + b', "details": ' + nest + b"}"


def _foreign(dice: random.Random, number: int) -> bytes:
    return json.dumps(
        {**sound(number), "title": dice.choice(["😀", "ע", "\u2028", "\u0085", "é", "\u202e"])}, ensure_ascii=False
    ).encode()


def _noise(dice: random.Random, number: int) -> bytes:
    return dice.randbytes(dice.randint(1, 300)).replace(b"\n", b"")


DAMAGES = [
    _as_it_is, _as_it_is, _cut, _cut_in_front, _with_value(HUGE), _with_value(ODD_VALUES), _without, _time, _votes,
    _bytes_changed, _not_utf8, _nul, _around, _nothing, _glued, _array, _twice, _deep, _foreign, _noise,
]  # fmt: skip
