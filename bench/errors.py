"""What stops the bench."""


class BenchError(Exception):
    """The bench cannot go on: a contender failed or disagrees, or a word on the command line is wrong. Says it all."""
