"""Columns that tables usually have, under the names that people give them."""

from __future__ import annotations

import re
from collections.abc import Iterable

IMAGE = (
    *("path", "filepath", "imagepath", "imgpath", "imagefile", "filename", "file", "image", "imageid", "imagename"),
    *("imageindex", "img", "imgid", "imgname", "isicid", "picture", "photo", "imagenumber", "imageno", "imgno"),
    *("fileid", "photoid", "pictureid", "idcode", "id", "name"),
)
"""Which file a row is about."""
OF_ANYTHING = ("idcode", "id", "name")
"""Those of them that rows of any table have."""
LABEL = ("label", "labels")
"""What the image is called, without doubt."""
LABEL_LIKE = (
    *("class", "classname", "classlabel", "labelname", "target", "category", "dx", "diagnosis", "diagnostic"),
    *("findinglabels", "groundtruth", "species", "breed", "classid", "labelid"),
)
"""What is likely to be its label."""
LABEL_ENDINGS = ("label", "grade", "diagnosis", "target")
"""Words at the end of a column's name that make its few values likely to be labels, where folders are others."""


def plain(column: str) -> str:
    """A name without capitals, blanks and signs: "Image Index" and "image_index" are one."""
    return re.sub(r"[\W_]+", "", column).casefold()


def known(columns: Iterable[str], names: tuple[str, ...]) -> list[str]:
    """The columns that have one of these names, in the order of the names."""
    columns = list(columns)
    return sorted((c for c in columns if plain(c) in names), key=lambda c: (names.index(plain(c)), columns.index(c)))


def image_name(column: str) -> int:
    """How surely a column is called as one that names images: 0 it is not, 1 it may be, 2 it is."""
    name = plain(column)
    return 0 if name not in IMAGE else 1 if name in OF_ANYTHING else 2


def called(wanted: str, columns: Iterable[str]) -> str | None:
    """The column that a user means: written so, else the only one that differs in case, blanks and signs alone."""
    columns = list(columns)
    if wanted in columns:
        return wanted
    alike = [column for column in columns if plain(column) == plain(wanted)]
    return alike[0] if len(alike) == 1 else None
