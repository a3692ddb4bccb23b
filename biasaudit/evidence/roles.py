"""What the user declares columns of the metadata to be, held against the columns that there are."""

from __future__ import annotations

from collections.abc import Collection

from biasaudit.errors import UsageError
from biasaudit.evidence.cue_values import metadata_cue
from biasaudit.images.kinds.dicom_tags import OF_PEOPLE
from biasaudit.images.names import escaped
from biasaudit.images.table import ImageTable
from biasaudit.settings import ROLES, Settings


def check_roles(settings: Settings, images: ImageTable, to_come: Collection[str] = ()) -> None:
    """Raise UsageError where a role is given to a column that is not there, is used otherwise, or is no group.

    `to_come` names columns that files may still tell of themselves.
    """
    taken = {"--split": (settings.split,), "--ignore": settings.ignore, "--without": settings.without}
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
        if column not in images.metadata_columns:
            continue
        cue = metadata_cue(column, images.frame[f"meta_{column}"].to_numpy(dtype=object))
        if column == settings.group_by or (cue.untestable and not cue.constant):
            raise UsageError(
                f"--nuisance {escaped(column)}: {cue.untestable or 'it names the groups, which are kept whole'}, so "
                "nothing can be compared within one value of it. Name a coarser column."
            )
