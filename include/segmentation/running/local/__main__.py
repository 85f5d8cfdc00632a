"""`python -m segmentation.running.local <command>`: what the Makefile calls."""

import os
import sys
from collections.abc import Callable, Sequence

from segmentation.common.errors import UserError
from segmentation.common.paths import warehouse_root
from segmentation.common.terminal import red
from segmentation.config.settings import FIELDS, LAST_AS_OF
from segmentation.running.local import server
from segmentation.running.local.backfill import WORDS as BACKFILL_WORDS
from segmentation.running.local.backfill import backfill
from segmentation.running.local.preview import SAVE, preview
from segmentation.running.local.releases import bring_back, show_releases
from segmentation.running.local.run import run, setup
from segmentation.running.local.shops import write_shop, write_views
from segmentation.running.local.warehouse import mirror, restore, show_faults, show_lineage, show_unneeded, upgrade
from segmentation.running.local.words import PARAMS, check_words
from segmentation.warehouse.machine_failures import in_words

COMMANDS = {
    "setup": setup,
    "backfill": lambda: _backfill(dict(os.environ)),
    "up": server.up,
    "down": server.down,
    "lineage": show_lineage,
    "verify": show_faults,
    "prune": show_unneeded,
    "mirror": mirror,
    "restore": restore,
    "releases": show_releases,
    "release": bring_back,
    "upgrade": upgrade,
    "shop": lambda: write_shop(given_params(dict(os.environ))),
    "views": write_views,
}
USAGE = f"usage: python -m segmentation.running.local ({' | '.join([*COMMANDS, 'demo', 'preview', 'run'])})"
DEMO = {"source": "demo", "shop": "demo", "as_of": LAST_AS_OF.isoformat()}


def main(words: list[str]) -> int:
    """Carry out one command; returns the exit code."""
    if len(words) == 1 and words[0] in COMMANDS:
        try:
            with in_words(warehouse_root()):
                return COMMANDS[words[0]]() or 0
        except UserError as error:
            print(red("Failed: ") + str(error))
            return 1
    if words == ["demo"]:
        return run(DEMO)
    if words == ["preview"]:
        return _checked(dict(os.environ), lambda given: preview(given_params(given), given.get(SAVE) or None), [SAVE])
    if words == ["run"]:
        return _checked(dict(os.environ), lambda given: run(given_params(given)))
    print(USAGE)
    return 2


def _checked(variables: dict[str, str], command: Callable[[dict[str, str]], int], more: Sequence[str] = ()) -> int:
    """Carry out a command if the words behind the target are known. `more`: those that it takes besides params."""
    try:
        check_words(variables, more)
    except UserError as error:
        print(red("Refused: ") + str(error))
        return 2
    return command(variables)


def _backfill(variables: dict[str, str]) -> int:
    check_words(variables, BACKFILL_WORDS)
    return backfill(given_params(variables))


def given_params(variables: dict[str, str]) -> dict[str, str]:
    """The params among environment variables. An empty text counts for lists only: there it means none."""
    return {
        name: variables[word]
        for word, name in PARAMS.items()
        if word in variables and (variables[word] or FIELDS[name]["type"] == "array")
    }


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads has seen enough, as `head` has. Python would say so once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    sys.exit(code)
