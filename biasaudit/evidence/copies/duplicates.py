"""Which files are the same picture: equal byte for byte, or saved again, resized, cropped, mirrored or turned.

Alike is not the same: two photographs of one lesion, one leaf or one scene agree in the large and differ in the
small. Pairs are found by small pictures. They count as one picture where a closer look at both finds no more than a
copy leaves, and as one scene where one was changed in a part, or where they are alike and more cannot be told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import pandas as pd
from pandas.util import hash_array
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from biasaudit.evidence.copies.closer import SIDE, differences, judged
from biasaudit.evidence.copies.lookalikes import CROPS, Lookalikes, lookalikes
from biasaudit.evidence.copies.views import SIDES_SEEN, viewed
from biasaudit.evidence.maps.alignment import aligned, correlation, laid_over
from biasaudit.images.small import Pictures, pictures_of
from biasaudit.results import say
from biasaudit.runtime.cache import AT_ONCE

KINDS = {
    "equal": say("equal byte for byte"),
    "saved again": say("resized or saved again"),
    "cropped": say("cropped"),
    "mirrored": say("mirrored"),
    "turned": say("turned by 90 degrees"),
    "turned round": say("turned by 180 degrees"),
    "mirrored top to bottom": say("mirrored top to bottom"),
    "mirrored and turned": say("mirrored and turned by 90 degrees"),
}
"""How one file of a pair follows from the other, where they are one picture -> in words."""
RELATED = {
    "edited": say("changed or drawn on in some part"),
    "alike": say("alike all over"),
}
"""What two files have in common that show one scene, subject or person, and may be two pictures -> in words. They stay
together, and tell nothing of a wrong label."""
TURNED = (
    "", "mirrored", "turned", "mirrored and turned", "turned round", "mirrored top to bottom", "turned",
    "mirrored and turned",
)  # fmt: skip
"""The kind of copy that a picture is of its view, "" of that in which it lies as it is."""

WHOLE, FINE, EVERYWHERE = 0.97, 0.95, 0.85
"""Least correlation of the pictures, of their fine parts, and of the fine parts in a part of the picture that four
fifths of all parts exceed. Planted copies have at least .98, .97 and .89; pictures that are only alike reach .96 of
fine parts, but then no more than .51 everywhere (1,000 each of dermoscopy, objects and leaves)."""
WHOLE_TURNED = 0.98
"""Least correlation of the pictures where one is turned: six more views are tried, so more is asked. 95 in 100 copies
that were turned, cropped, brightened and saved again have it, in each of five sorts of pictures."""
WHOLE_EVERYWHERE = 0.85
"""The same of the pictures themselves, which nine tenths of all parts exceed: 98 in 100 planted copies have .90; of
portraits drawn to one plan, whose outlines agree while their grounds do not, none of 379 pairs has more than .77."""
PARTS, FEWEST_PARTS, DETAIL, SHADE = 4, 6, 1.0, 0.5
"""Parts a side; how many need fine parts for a pair to be told at all, and the least spread in grey levels of fine
parts, and of the pictures, from which a part is compared."""
TEXTURED, FAINT = 0.5, 0.25
"""Share of a picture's pixels that need texture, and how many grey levels that is. Of photographs more than 99 in 100
have it; drawn digits and discs on plain ground, which a crop lays upon one another however they differ, do not."""
FINE_ENOUGH = 0.85
"""Least correlation of fine parts from which a pair is looked at more closely: planted copies have .94, and so has half
of what was drawn on."""
LEAST_SIDE, LEAST_TOLD = 24, 80
"""Pixels of a file's shorter side below which nothing can be told, and below which two photographs of one subject, such
as a face with two expressions, cannot be told from copies: of 60 planted in pictures of 48 pixels 17 could not."""
KEPT = 64
"""Pictures that are kept for the next pair, each at most 224 pixels on its shorter side."""
MOST_STRETCH, MOST_SHIFT = 0.15, 0.14
"""A crop of 5% at each side stretches by .10 and shifts by none; of 5% at one side by .05, and shifts by .05."""
MOVED = 0.02
"""Stretch or shift from which a copy was cropped."""
COARSE_ENOUGH = 0.93
"""Correlation of the blurred halves from which a pair is looked at in full."""
CHUNK = 512
Grey = Callable[[int], np.ndarray]
"""Row -> its picture again, grey, uint8 (height, width)."""


def _blurred(pictures: np.ndarray, width: float) -> np.ndarray:
    return np.stack([cv2.GaussianBlur(each, (0, 0), width, borderType=cv2.BORDER_REPLICATE) for each in pictures])


def _halved(pictures: np.ndarray) -> np.ndarray:
    m, n, _ = pictures.shape
    return pictures.reshape(m, n // 2, 2, n // 2, 2).mean(axis=(2, 4))


def _start(pairs: Lookalikes, rows: np.ndarray) -> np.ndarray:
    """float (m, 4): how the first lies on the second, once it is turned, of some of the pairs."""
    sides = SIDES_SEEN[pairs.view[rows]]
    left, right, top, bottom = np.take_along_axis(np.array(CROPS)[pairs.crop[rows]], sides, axis=1).T
    return np.stack([1 - left - right, left - right, 1 - top - bottom, top - bottom], axis=1)


def _turned(pictures: np.ndarray, view: np.ndarray) -> np.ndarray:
    """Pictures (m, n, n), each in the view that is named for it, int (m,)."""
    turned = pictures.copy()
    for each in np.unique(view):
        turned[view == each] = viewed(pictures[view == each], int(each))
    return turned


def _textured(pictures: Pictures) -> np.ndarray:
    """bool (n,): whether enough of a picture (uint8) is more than plain ground and an outline for copies to be told."""
    parts = (pictures[slice(start, start + CHUNK)] for start in range(0, len(pictures), CHUNK))
    return np.array([_texture(each.astype(np.float32)) >= TEXTURED for part in parts for each in part], dtype=bool)


def _texture(picture: np.ndarray) -> float:
    between = cv2.GaussianBlur(picture, (0, 0), 0.9) - cv2.GaussianBlur(picture, (0, 0), 2.0)
    return float((np.abs(between) > FAINT).mean())


def _fine_parts(picture: np.ndarray, where: np.ndarray) -> np.ndarray:
    """float32 (m, n, n): each picture less its own blur, which sees nothing outside `where`."""
    width, seen = picture.shape[1] / 12, where.astype(np.float32)
    within = np.maximum(_blurred(seen, width), 1e-3)
    return picture - _blurred(picture * seen, width) / within


def _agreement_by_part(
    one: np.ndarray, other: np.ndarray, where: np.ndarray, exceeding: float, detail: float
) -> np.ndarray:
    """float (m,): the correlation that a share of a pair's parts exceed; -1 where too few spread by `detail`."""
    m, n, _ = one.shape
    side = n // PARTS

    def parts(of: np.ndarray) -> np.ndarray:
        return of.reshape(m, PARTS, side, PARTS, side).transpose(0, 1, 3, 2, 4).reshape(-1, side, side)

    a, b, inside = parts(one), parts(other), parts(where)
    spread = np.maximum(
        *(np.std(each, axis=(1, 2), where=inside | ~inside.any((1, 2), keepdims=True)) for each in (a, b))
    )
    told = (inside.mean(axis=(1, 2)) >= 0.5) & (spread >= detail)
    agreement = np.where(told, correlation(a, b, inside), np.nan).reshape(m, -1)
    enough = told.reshape(m, -1).sum(axis=1) >= FEWEST_PARTS
    agreement[~enough] = -1.0
    return np.nanquantile(agreement, 1 - exceeding, axis=1)


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Pairs that small pictures say may be one picture."""

    rows: np.ndarray
    """int (m,): which of the lookalikes they are."""
    fit: np.ndarray
    """float (m, 4): how the first lies on the second, once it is turned."""
    alike: np.ndarray
    """bool (m,): whether their fine parts agree in nearly every part; else one may be the other changed in a part."""
    cropped: np.ndarray
    """bool (m,)"""


def _candidates(pictures: Pictures, pairs: Lookalikes) -> Iterator[_Candidates]:
    for begin in range(0, len(pairs.first), CHUNK):
        rows = np.arange(begin, min(begin + CHUNK, len(pairs.first)))
        moving = _turned(pictures[pairs.first[rows]].astype(np.float32), pairs.view[rows])
        fixed = pictures[pairs.second[rows]].astype(np.float32)
        fit, reached = aligned(_blurred(_halved(fixed), 1.0), _blurred(_halved(moving), 1.0), _start(pairs, rows), 6)
        near = reached >= COARSE_ENOUGH
        if not near.any():
            continue
        rows, fixed, moving = rows[near], _blurred(fixed[near], 0.9), _blurred(moving[near], 0.9)
        fit, reached = aligned(fixed, moving, fit[near], 5)
        laid, where = laid_over(moving, fit)
        fine = _fine_parts(fixed, where), _fine_parts(laid, where)
        stretch, shift = np.abs(fit[:, [0, 2]] - 1).max(axis=1), np.abs(fit[:, [1, 3]]).max(axis=1)
        agreed = correlation(*fine, where)
        alike = (
            (reached >= np.where(pairs.view[rows] > 1, WHOLE_TURNED, WHOLE))
            & (agreed >= FINE)
            & (_agreement_by_part(*fine, where, 0.8, DETAIL) >= EVERYWHERE)
            & (_agreement_by_part(fixed, laid, where, 0.9, SHADE) >= WHOLE_EVERYWHERE)
        )
        looked = (agreed >= FINE_ENOUGH) & (stretch <= MOST_STRETCH) & (shift <= MOST_SHIFT)
        cropped = (stretch > MOVED) | (shift > MOVED)
        yield _Candidates(rows[looked], fit[looked], alike[looked], cropped[looked])


def _kind(one: np.ndarray, other: np.ndarray, view: int, fit: np.ndarray, alike: bool, cropped: bool) -> str:
    """What a pair is, of KINDS, or "" where it is nothing. one, other: uint8 (height, width), grey."""
    done = TURNED[view] or ("cropped" if cropped else "saved again")
    if min(*one.shape, *other.shape) < LEAST_TOLD:
        return done if np.array_equal(viewed(one[None], view)[0], other) else "alike" * alike
    found = judged(differences(one, other, view, fit))
    return done if found == "same" else "edited" if found == "edited" else "alike" * alike


def joined(n: int, pairs: Iterable[tuple[int, int]]) -> np.ndarray:
    """int (n,): the same number for all that pairs connect, directly or through others."""
    if n == 0:
        return np.zeros(0, dtype=int)
    ends = np.array(list(pairs), dtype=int).reshape(-1, 2)
    edges = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return connected_components(edges, directed=False)[1]


def _near(pictures: Pictures, grey: Grey) -> list[tuple[int, int, str]]:
    """Pairs of rows that are one picture or one scene, by kind; enough of them to connect all copies of a picture."""
    found: list[tuple[int, int, str]] = []
    rows = np.arange(len(pictures))
    while len(rows) > 1:
        some = pictures_of(pictures, rows)
        pairs = lookalikes(some)
        new = []
        for near in _candidates(some, pairs):
            for k, fit, alike, cropped in zip(near.rows, near.fit, near.alike, near.cropped, strict=True):
                one, other = int(rows[pairs.first[k]]), int(rows[pairs.second[k]])
                if kind := _kind(grey(one), grey(other), int(pairs.view[k]), fit, bool(alike), bool(cropped)):
                    new.append((one, other, kind))
        if not new:
            break
        found += new
        # Only the nearest were compared: of a picture with many copies the pieces found so far may be one.
        code = joined(len(pictures), [pair[:2] for pair in found])
        _, first, counts = np.unique(code, return_index=True, return_counts=True)
        rows = first[counts > 1]
    return found


def no_copies() -> pd.DataFrame:
    """The table of pairs where there are none."""
    return pd.DataFrame({"first": [], "second": [], "kind": []}, dtype=object)


def one_picture(copies: pd.DataFrame) -> pd.DataFrame:
    """Those of the pairs that are one picture, and not only one scene."""
    return copies[copies["kind"].isin(list(KINDS)).to_numpy(dtype=bool)]


def copy_notes(copies: pd.DataFrame, labels: pd.Series) -> Counter[str]:
    """How many copies stand in the class of their picture, by kind: they only make the data smaller than it looks."""
    same = labels.take(copies["first"].to_numpy()).to_numpy() == labels.take(copies["second"].to_numpy()).to_numpy()
    counts = Counter(copies["kind"][same])
    copied = {f"copy of a picture of the same class: {KINDS[kind]}": n for kind, n in counts.items() if kind in KINDS}
    scenes = {f"one scene as another picture of the same class: {RELATED[kind]}": n for kind, n in counts.items()
              if kind in RELATED}  # fmt: skip
    return Counter(copied | scenes)


def _first_equal(texts: pd.Series) -> np.ndarray:
    """int (n,): of each text the first row that has the same. By eight bytes of each: all texts would take far more."""
    pieces = (texts.iloc[start : start + AT_ONCE].to_numpy(dtype=object) for start in range(0, len(texts), AT_ONCE))
    short = np.concatenate([np.zeros(0, np.uint64), *(hash_array(each, categorize=False) for each in pieces)])
    _, first, place = np.unique(short, return_index=True, return_inverse=True)
    leader, rows = first[place], np.arange(len(short))
    unsure = np.flatnonzero(leader != rows)
    same = texts.iloc[unsure].to_numpy(dtype=object) == texts.iloc[leader[unsure]].to_numpy(dtype=object)
    leader[unsure[~same]] = unsure[~same]
    return leader


def _reduced(picture: np.ndarray) -> np.ndarray:
    """uint8 (height, width) with a shorter side of at most `closer.SIDE`."""
    scale = SIDE / min(picture.shape)
    if scale >= 1:
        return picture
    size = [max(SIDE, round(extent * scale)) for extent in picture.shape[::-1]]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def copies_among(pictures: Pictures, hashes: np.ndarray | pd.Series, sides: np.ndarray, grey: Grey) -> pd.DataFrame:
    """Pairs of files that show one picture or one scene: columns first and second (row numbers) and kind (of KINDS,
    or of RELATED).

    Of files that are equal each is paired with the first of them, and only that is compared with other pictures.
    Found by their fine parts at 16 x 16, laid upon one another at 48 x 48, and told by a closer look at both files.

    Args:
        pictures: uint8 (n, side, side), small pictures as `images.small` keeps them; or a store of them.
        hashes: texts, (n,): of each file's bytes.
        sides: int (n,): the shorter side of each file in pixels.
        grey: reads a row's picture again. Asked for the rows of candidates only.
    """
    leader = _first_equal(pd.Series(hashes, dtype="str"))
    pairs = [(int(leader[row]), int(row), "equal") for row in np.flatnonzero(leader != np.arange(len(leader)))]
    leaders = np.unique(leader)
    leaders = leaders[_textured(pictures_of(pictures, leaders)) & (sides[leaders] >= LEAST_SIDE)]
    again = lru_cache(maxsize=KEPT)(lambda row: _reduced(grey(int(leaders[row]))))
    pairs += [(int(leaders[a]), int(leaders[b]), kind) for a, b, kind in _near(pictures_of(pictures, leaders), again)]
    ordered = sorted((min(a, b), max(a, b), kind) for a, b, kind in pairs)
    return pd.DataFrame(ordered, columns=["first", "second", "kind"]).astype({"first": int, "second": int})
