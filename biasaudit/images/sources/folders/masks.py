"""Masks that lie among the pictures: the same names with a word for what is drawn over them, or two grey values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

import numpy as np

from biasaudit.images.decode import decode
from biasaudit.images.names import escaped
from biasaudit.images.reasons import Unreadable
from biasaudit.images.sources.folders.doubts import Doubt

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
    stems |= {LAST_WORD.sub("", _stem(id)) for id in ids if not MASK.search(_name(id))}
    masks = [id for id in ids if MASK.search(_name(id)) and _picture_of(id) in stems]
    if len(masks) < max(2, ENOUGH * len(ids)):
        return _doubt_of_endings(ids)
    word = next(match.group(1) for match in map(MASK.search, map(_name, masks)) if match)
    return (
        f"{len(masks)} of {len(ids)} files look like masks, such as {escaped(masks[0])}, and not like photographs. "
        f"Leave them out with --exclude '*{escaped(word)}*'; where they are photographs, say what the folders are, "
        "such as --layout class."
    )


def _doubt_of_endings(ids: Collection[str]) -> str:
    """The same where most files stand there twice, under two endings: pictures, and what was drawn over them."""
    endings = Counter(PurePosixPath(id).suffix for id in ids)
    twice = sum(n > 1 for n in Counter(map(_stem, ids)).values())
    if len(endings) < 2 or twice < max(2, TWICE * len(ids)):
        return ""
    (first, _), (other, n) = endings.most_common(2)
    return (
        f"{2 * twice} of {len(ids)} files stand there in pairs of one name, as {escaped(first)} and as "
        f"{escaped(other)}: pictures and masks of them, or copies. Leave one kind out, such as --exclude "
        f"'*{escaped(other)}' ({n} files); where both are photographs, say what the folders are, such as --layout "
        f"class."
    )


TWICE = 0.25
"""Share of the files that make such pairs, from which they are asked about: half of them would be all."""
LAST_WORD = re.compile(r"[\s_.-]+[A-Za-z]+$")
"""What the name of a picture may have where its mask has another word: `7_img.png` beside `7_mask.png`."""


def doubt_of_pixels(root: Path, files: Mapping[str, str]) -> Doubt | None:
    """Why a top folder may hold masks of the pictures in another, with the step that settles it; None where none does.

    files: id -> name on disk. Of each top folder a few files are looked at: masks have two grey values throughout, and
    the names of their pictures.
    """
    tops = sorted({id.split("/")[0] for id in files if "/" in id})
    if len(tops) < 2 or len(tops) > MOST_FOLDERS:
        return None
    inside = {top: [id for id in files if id.startswith(f"{top}/")] for top in tops}
    named = Counter(_name(id) for id in files)
    drawn = []
    for top, ids in inside.items():
        some = [ids[place] for place in np.linspace(0, len(ids) - 1, LOOKED_AT).astype(int)]
        paired = sum(named[_name(id)] > 1 for id in ids) > len(ids) / 2
        if paired and all(_has_two_values(root / files[id]) for id in set(some)):
            drawn.append(top)
    if not drawn or len(drawn) == len(tops):
        return None
    return Doubt(
        f"The pictures in {escaped(drawn[0], 60)!r} have two grey values alone and the names of others, as masks have.",
        f"Leave them out with --exclude '{escaped(drawn[0], 60)}'; where they are a class: --layout class.",
    )


LOOKED_AT, MOST_FOLDERS = 6, 20
"""Files of a folder that are opened, and folders up to which that is done."""
CLOSE = 12
"""Grey values by which a pixel may miss the two, as JPEG blurs them."""


def _has_two_values(path: Path) -> bool:
    try:
        grey = decode(path).luma
    except (Unreadable, OSError):  # told when all are read
        return False
    low, high = grey.min(), grey.max()
    near = (grey - low <= CLOSE) | (high - grey <= CLOSE)
    return bool(high - low > 4 * CLOSE and near.mean() > 0.98)


def _name(id: str) -> str:
    return PurePosixPath(id).stem


def _stem(id: str) -> str:
    path = PurePosixPath(id)
    return str(path.parent / path.stem)


def _picture_of(id: str) -> str:
    """What the picture would be called that a mask of this name belongs to."""
    return str(PurePosixPath(id).parent / MASK.sub("", _name(id)).strip(" _.-"))
