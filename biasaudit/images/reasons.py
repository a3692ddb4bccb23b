"""Why a file is left out: a closed set of reasons, each with its words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from biasaudit.results import Excluded
from biasaudit.results.sentences import ours


class Reason(Enum):
    """A reason and its words, with {} where a detail stands. They are counted, so none names a file."""

    # The data set: nothing is said of whether the file can be read.
    NO_LABEL = "no class folder"
    BLANK_LABEL = "no label in the table"
    UNCERTAIN = "labelled as uncertain (-1): --positive or --negative can take it"
    BESIDE = "in no class folder, beside the parts of the split"
    APART = "in a folder that is no part of the split"
    TOO_FEW = "class with fewer than {} images"
    NO_ROW = "no row in the table"
    NO_FILE = "named in the table, no such file"
    OUTSIDE = "outside the folder"
    LINK_OUT = "link outside the folder: not followed"
    LINK_TO_FOLDER = "link to a folder: not followed"

    # The file system.
    BROKEN_LINK = "broken link"
    NO_PERMISSION = "no read permission"
    CLOSED_FOLDER = "folder cannot be read ({})"
    CANNOT_OPEN = "cannot be opened ({})"
    NOT_REGULAR = "not a regular file"
    EMPTY = "empty file"

    # The content.
    OTHER_KIND = "not a {} image"
    FOREIGN = "not an image but {}"
    NO_HEIF = "HEIC image, and its reader is not installed: pip install 'biasaudit[heif]'"
    NO_AVIF = "AVIF image, which this Pillow cannot read: pip install --upgrade pillow"
    NO_DICOM = "DICOM file, and its reader is not installed: pip install 'biasaudit[dicom]'"
    NO_CODEC = "DICOM file whose compression needs a reader that is not installed: pip install {}"
    NO_DECODER = "DICOM file compressed in a way that nothing here reads ({})"
    NO_PICTURE = "DICOM file without a picture (a directory, report, plan or curve)"
    TRUNCATED = "truncated file"
    DAMAGED = "damaged: cannot be decoded ({})"
    NO_PIXELS = "no pixels"
    TOO_MANY_BYTES = "too large: over {} MB"
    TOO_MANY_PIXELS = "too large: over {} million pixels"
    TOO_LONG = "too large: a side over {} pixels"
    TOO_NARROW = "too narrow: one side over {} times the other"
    NO_RANGE = "32-bit pixels have no fixed range: save as 8 or 16 bits"

    UNREADABLE = "{}"
    """The detail is one of the reasons above in its words, as it comes from where files are read."""

    def words(self, detail: object = "") -> str:
        """One plain line, the same for the same reason and detail."""
        return self.value.format(detail)


READABLE = frozenset(
    {
        Reason.NO_LABEL,
        Reason.BLANK_LABEL,
        Reason.UNCERTAIN,
        Reason.BESIDE,
        Reason.TOO_FEW,
        Reason.NO_FILE,
        Reason.OUTSIDE,
        Reason.LINK_OUT,
        Reason.LINK_TO_FOLDER,
    }
)
"""Reasons that say nothing of whether a file can be read."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A file, or a row of a table, that is not audited."""

    path: str
    """Its id, or the path that a table gives, in valid Unicode."""
    reason: Reason
    detail: object = ""
    """What stands in the reason's words: a number, the system's own words."""
    label: str | None = None
    """Its class, where that is known."""

    @property
    def words(self) -> str:
        """The reason in one plain line."""
        return self.reason.words(self.detail)

    def record(self) -> Excluded:
        """As it stands in `audit.json`. No reason names a file, whatever its detail: all of it is ours to tell."""
        return Excluded(path=self.path, reason=ours(self.words), label=self.label)


class Unreadable(Exception):
    """A file that is no usable image; `reason` is one plain line, the same for the same fault."""

    def __init__(self, reason: Reason, detail: object = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason.words(detail)

    def __str__(self) -> str:
        return self.reason
