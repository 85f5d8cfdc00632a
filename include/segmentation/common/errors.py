"""Errors that a user can act on."""

# Of a message to a user.
LONGEST = 2_000


class UserError(Exception):
    """Something the user can put right: a param, a file, a rule.

    The message names what is wrong, where, and what to do. It is shown without a stack trace, and the
    task is not retried, because a retry would end the same way.
    """

    def __init__(self, message: str) -> None:
        # Values are cut where they are quoted. This is for what nobody thought of: the end says what to do.
        half = LONGEST // 2
        super().__init__(message if len(message) <= LONGEST else f"{message[: half - 5]} ... {message[-half:]}")


# What a job exits with after a UserError (BSD's EX_DATAERR), so that the task knows not to retry.
USER_ERROR_EXIT = 65


class Unavailable(Exception):
    """A service that does not answer for now. A later try may succeed, so the task is retried."""
