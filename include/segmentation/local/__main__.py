"""`python -m segmentation.local`: setup, or run with params as NAME=VALUE words. What the Makefile calls."""

import sys

from segmentation.errors import UserError
from segmentation.local.run import prepare, run
from segmentation.local.terminal import red
from segmentation.settings import FIELDS

USAGE = "usage: python -m segmentation.local (setup | run NAME=VALUE ...)"


def main(words: list[str]) -> int:
    """Carry out one command; returns the exit code."""
    command, *rest = words or [""]
    if command == "setup" and not rest:
        try:
            prepare()
        except UserError as error:
            print(red("Failed: ") + str(error))
            return 1
        return 0
    if command == "run":
        pairs = [word.partition("=") for word in rest]
        wrong = [name for name, equals, _ in pairs if not equals or name not in FIELDS]
        if not wrong:
            return run({name: value for name, _, value in pairs})
        print(f"unknown param {wrong[0]!r}; known: {', '.join(FIELDS)}")
        return 2
    print(USAGE)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
