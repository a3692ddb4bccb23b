"""What a source is asked, and what it answers: which images there are, and what is told of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from biasaudit.images.reasons import LeftOut
from biasaudit.results import Sentence


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the user says of how the data are laid out, each as the option of its name."""

    metadata: Path | None = None
    """The table beside the folder."""
    image_column: str | None = None
    """Its column that names each image."""
    label_column: str | None = None
    """Its column that holds the label, or "name:PATTERN", what a pattern finds in the file's name."""
    positive: tuple[str, ...] = ()
    """Values of that column that mean yes: the classes are then two."""
    negative: tuple[str, ...] = ()
    """Values that mean no; all others where there are none."""
    single_label: bool = False
    """Whether each value is one label, whatever signs stand in it."""
    group_by: str | None = None
    """Its column that tells the patient or scene, or "name:PATTERN"."""
    split: str | None = None
    """Its column that tells the part of a given split, or "name:PATTERN"."""
    from_name: str | None = None
    """A pattern of file names whose named groups are columns."""
    ignore: tuple[str, ...] = ()
    """Columns to leave out."""
    layout: str | None = None
    """What the levels of folders are, such as "split/class"."""
    exclude: tuple[str, ...] = ()
    """Patterns of files and folders to leave out."""
    follow_links: bool = False
    """Whether to read what links lead to outside the folder."""
    out: Path | None = None
    """The folder of the audit's own files, which is never read."""
    max_bad: float = 0.2
    """Share of the files that may be unreadable."""
    drop_small: bool = False
    """Whether classes that are too small are left out, instead of stopping."""
    allow_missing: bool = False
    """Whether a tenth of the images, or a whole class, may be lost."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Listing:
    """The images that a source found. No pixel has been read."""

    files: Mapping[str, str]
    """id -> name on disk. Both are relative to the root, with forward slashes; an id is valid Unicode."""
    images: pd.DataFrame
    """One row an image that may be audited, in any order, all text: `id`, a key of `files` that stands there once;
    `label`, `split` and `group` (patient or scene), missing where not known. A column that is absent is missing
    throughout; without a label an image is left out, without a group it is its own."""
    columns: pd.DataFrame = field(default_factory=pd.DataFrame)
    """What else is told of each image, text, missing where empty: row by row as `images`, one column under its own
    name each."""
    grouped: bool = False
    """Whether groups were given."""
    how: tuple[Sentence, ...] = ()
    """How files, labels, splits and groups were told apart, for people."""
    excluded: tuple[LeftOut, ...] = ()
    without_row: tuple[LeftOut, ...] = ()
    """Files that a table does not name: they are not audited."""
    notes: Mapping[str, int] = field(default_factory=dict)
    """Things seen, and how often."""
    hint: str = ""
    """A sentence that helps where the labels turn out to be too few, "" for none."""
    warnings: tuple[Sentence, ...] = ()
