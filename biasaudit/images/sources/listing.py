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
    group_by: str | None = None
    """Its column that tells the patient or scene."""
    split: str | None = None
    """Its column that tells the part of a given split."""
    ignore: tuple[str, ...] = ()
    """Columns to leave out."""
    max_bad: float = 0.2
    """Share of the table's rows that may name no file."""


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
    excluded: tuple[LeftOut, ...] = ()
    notes: Mapping[str, int] = field(default_factory=dict)
    """Things seen, and how often."""
    warnings: tuple[Sentence, ...] = ()
