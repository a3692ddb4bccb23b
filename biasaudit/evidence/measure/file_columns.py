"""What files tell of themselves that is as good as a column of the table: the tags of DICOM that identify nobody.

They are measured in the one pass over the files, as cues of words are, so that what few images have is lumped before it
is kept; then they stand among the metadata, where roles, groups and every question find them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from biasaudit.cues.cue import Cue, cue
from biasaudit.images import words
from biasaudit.images.kinds.dicom_tags import OF_PEOPLE, OF_THE_PICTURE
from biasaudit.images.photo import Photo
from biasaudit.images.table import ImageTable

PREFIX = "dicom_"


def _tag(keyword: str) -> Cue:
    """The cue that reads one tag, and how worker processes find it: as an attribute of this module."""

    def measure(photo: Photo) -> str:
        return photo.file.tags.get(keyword, "")

    measure.__name__ = measure.__qualname__ = f"{PREFIX}{keyword}"
    made = replace(
        cue(kind="file", question=f"Does the DICOM tag {keyword} go with the label?", unit="text", words=True)(measure),
        column=keyword,
    )
    globals()[made.id] = made
    return made


TOLD = tuple(_tag(keyword) for keyword in OF_THE_PICTURE)
TOLD_OF_PEOPLE = tuple(_tag(keyword) for keyword in OF_PEOPLE)


def file_columns(people: bool) -> tuple[Cue, ...]:
    """What is asked of every file; `people`: sex and age as well."""
    return (*TOLD, *TOLD_OF_PEOPLE) if people else TOLD


def columns_of_files(people: bool) -> set[str]:
    """The columns that files may fill."""
    return {each.column for each in file_columns(people)}


def with_file_columns(images: ImageTable, values: pd.DataFrame, cues: Sequence[Cue]) -> tuple[ImageTable, pd.DataFrame]:
    """The images with what their files tell as columns, and the measured values without it.

    values: one row an image. A column that no file fills is left out, and one of that name in the user's table stays.
    """
    told = {each.id: each.column for each in cues if each.column}
    filled = {
        f"meta_{column}": text
        for id, column in told.items()
        if column not in images.metadata_columns and (text := _text(values[id])).notna().any()
    }
    names = [name.removeprefix("meta_") for name in filled]
    columns = (*images.metadata_columns, *names)
    warnings = (*images.warnings, words.from_dicom(names)) if names else images.warnings
    images = replace(images, frame=images.frame.assign(**filled), metadata_columns=columns, warnings=warnings)
    return images, values.drop(columns=list(told))


def _text(values: pd.Series) -> pd.Series:
    """Words as text, missing where there is none."""
    text = values.astype("str")
    return text.where(text != "")
