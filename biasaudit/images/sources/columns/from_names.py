"""What the names of files tell, where a user says how to read them: a patient, a label, any other column."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images.names import escaped

START = "name:"
"""Before a pattern, where an option takes a column as well."""


def is_of_names(wanted: object) -> bool:
    """Whether an option's value is a pattern of file names."""
    return isinstance(wanted, str) and wanted.startswith(START)


def from_names(ids: Sequence[str], wanted: str, option: str) -> pd.Series:
    """What "name:PATTERN" finds in the name of each file: its first group, else all of it; missing where nothing fits.

    PATTERN is a regular expression, looked for anywhere in the name without its folders; where it fits none, in the
    paths. Raises UsageError where it is no pattern, or fits no path.
    """
    pattern = _compiled(wanted.removeprefix(START), option)
    found = _searched(ids, pattern)
    if not any(found):
        raise UsageError(f"{option} {escaped(wanted, 80)!r} fits no file, such as {_one(ids)}.")
    group = min(pattern.groups, 1)
    return pd.Series([None if each is None else each.group(group) for each in found], dtype="str")


def columns_of_names(ids: Sequence[str], pattern: str) -> pd.DataFrame:
    """A column for each named group of a pattern, `(?P<age>\\d+)`, with what it finds in each file's name, or path.

    Raises UsageError where the pattern is none, has no named group, or fits no path.
    """
    names = named_groups(pattern)
    found = _searched(ids, re.compile(pattern))
    if not any(found):
        raise UsageError(f"--from-name {escaped(pattern, 80)!r} fits no file, such as {_one(ids)}.")
    told = {name: [None if each is None else each.group(name) for each in found] for name in names}
    return pd.DataFrame(told, dtype="str")


def named_groups(pattern: str) -> list[str]:
    """The columns that a pattern names. Raises UsageError where it is none, or names none."""
    if not (names := list(_compiled(pattern, "--from-name").groupindex)):
        raise UsageError(f"--from-name {escaped(pattern, 80)!r} names no column: write such as '(?P<age>\\d+)_'.")
    return names


def _compiled(pattern: str, option: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise UsageError(f"{option} {escaped(pattern, 80)!r} is no regular expression: {error}.") from None


def _searched(ids: Sequence[str], pattern: re.Pattern[str]) -> list[re.Match[str] | None]:
    """What fits in the names of files; where nothing does, in their paths, as patients may be folders."""
    found = [pattern.search(id.rpartition("/")[2]) for id in ids]
    return found if any(found) else [pattern.search(id) for id in ids]


def _one(ids: Sequence[str]) -> str:
    return repr(escaped(ids[0], 80)) if len(ids) else "(there are none)"
