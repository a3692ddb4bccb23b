"""What the user declares columns of the metadata to be, held against the columns that there are."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from biasaudit.errors import UsageError
from biasaudit.evidence.named.metadata_cues import metadata_cue
from biasaudit.evidence.subgroups.columns import MOST_LEVELS, group_column
from biasaudit.images.kinds.dicom_tags import OF_PEOPLE
from biasaudit.images.names import escaped
from biasaudit.images.splits import split_column
from biasaudit.images.table import ImageTable
from biasaudit.images.values import LEAST_PER_LEVEL, read_values
from biasaudit.settings import ROLES, Settings

NAMES_GROUPS = "it names the groups, which are kept whole"


def check_roles(settings: Settings, images: ImageTable, to_come: Collection[str] = ()) -> None:
    """Raise UsageError where a role is given to a column that is not there, is used otherwise, or would do nothing.

    `to_come` names columns that files may still tell of themselves.
    """
    taken = {
        "--split": (split_column(settings.split, images.metadata_columns),),
        "--ignore": settings.ignore,
        "--without": settings.without,
    }
    given: dict[str, str] = {}
    known = {*to_come, *images.metadata_columns}
    for role in ROLES:
        for column in getattr(settings, role):
            option, name = f"--{role}", escaped(column)
            if column in OF_PEOPLE and column not in known and not settings.dicom_people:
                raise UsageError(
                    f"{option} {name}: it is read out of DICOM headers only with --dicom-people. Add that."
                )
            if settings.metadata is None and column not in known:
                raise UsageError(f"{option} {name} needs a table: name it with --metadata.")
            if given.setdefault(column, option) != option:
                raise UsageError(f"{option} {name}: the column is named in {given[column]} too. Give it one role.")
            if other := next((where for where, names in taken.items() if column in names), ""):
                raise UsageError(f"{option} {name}: the column is named in {other} too. Take it out of one of them.")
            if column not in known:
                have = ", ".join(repr(escaped(str(each), 40)) for each in images.metadata_columns) or "none"
                raise UsageError(f"{option}: the CSV has no column {name!r} that can have a role; choose from: {have}.")
    for column in settings.nuisance:
        if why := NAMES_GROUPS if column == settings.group_by else _not_compared(column, images, settings):
            raise UsageError(
                f"--nuisance {escaped(column)}: {why}, so nothing can be compared within one value of it. Name a "
                "coarser column."
            )
    for column in settings.mediator:
        if why := _not_compared(column, images, settings):
            raise UsageError(
                f"--mediator {escaped(column)}: {why}, so there is no tie to set aside. Name a column of a few values, "
                "or leave the option out."
            )
    for column in settings.sensitive:
        if why := NAMES_GROUPS if column == settings.group_by else _no_group(column, images, settings):
            raise UsageError(
                f"--sensitive {escaped(column)}: {why}, so there are no groups to compare. Name a column of a few "
                "values or of numbers; --missing tells which words in it mean that nothing is known."
            )


def _text(column: str, images: ImageTable) -> np.ndarray:
    return images.frame[f"meta_{column}"].to_numpy(dtype=object)


def _not_compared(column: str, images: ImageTable, settings: Settings) -> str:
    """Why a column is no cue; "" where it is one, or where only the files will tell."""
    if column not in images.metadata_columns:
        return ""
    return str(metadata_cue(column, _text(column, images), settings.missing).untestable)


def _no_group(column: str, images: ImageTable, settings: Settings) -> str:
    """Why a column groups nothing; "" where it does, or where only the files will tell."""
    if column not in images.metadata_columns:
        return ""
    text = _text(column, images)
    if group_column(column, text, settings) is not None:
        return ""
    values = read_values(text, settings.missing)
    levels = len(set(values.levels))
    if levels < 2:
        return "the same in every image"
    most = min(MOST_LEVELS, images.n // LEAST_PER_LEVEL)
    return f"it was read as {values.how}, and {images.n} images can be divided into {most} groups at most"
