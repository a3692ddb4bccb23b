"""The ways a run can end early, each with the exit code that the command line returns for it."""


class AuditError(Exception):
    """A run that cannot go on; the message names the cause and the next step."""

    exit_code = 3


class UsageError(AuditError):
    """The command or a file given with it is wrong (exit code 2)."""

    exit_code = 2


class DataError(AuditError):
    """The images or their labels cannot be audited as they are (exit code 3)."""

    exit_code = 3


class EnvironmentFault(AuditError):
    """The machine refused: disk full, folder locked or read-only, not enough memory (exit code 5)."""

    exit_code = 5


class Unavailable(Exception):
    """A fact that is not to be had in this run; what needs it is skipped, and the message says why."""
