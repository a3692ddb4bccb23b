"""Masks that lie among the pictures: the same names with a word for what is drawn over them."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath

from biasaudit.images.names import escaped

MASK = re.compile(
    r"[\s_.-]*(?<![a-z])(masks?|seg(mentations?)?|gt|ground[\s_-]?truth|annotations?|labels?)(?![a-z])", re.I
)
"""What the name of a mask has beside that of its picture: `7_mask.png`, `7_segmentation.png`."""
ENOUGH = 0.05
"""Share of the files from which masks are asked about."""


def doubt_of_masks(ids: Collection[str]) -> str:
    """Why some of the files may be masks, with the step that settles it; "" where none looks so.

    ids: paths relative to the root. A mask is told by its name, where the picture that it belongs to lies in the same
    folder under that name without the word.
    """
    stems = {_stem(id) for id in ids}
    masks = [id for id in ids if MASK.search(_name(id)) and _picture_of(id) in stems]
    if len(masks) < max(2, ENOUGH * len(ids)):
        return ""
    word = next(match.group(1) for match in map(MASK.search, map(_name, masks)) if match)
    return (
        f"{len(masks)} of {len(ids)} files look like masks, such as {escaped(masks[0])}, and not like photographs. "
        f"Leave them out with --exclude '*{escaped(word)}*'."
    )


def _name(id: str) -> str:
    return PurePosixPath(id).stem


def _stem(id: str) -> str:
    path = PurePosixPath(id)
    return str(path.parent / path.stem)


def _picture_of(id: str) -> str:
    """What the picture would be called that a mask of this name belongs to."""
    return str(PurePosixPath(id).parent / MASK.sub("", _name(id)))
