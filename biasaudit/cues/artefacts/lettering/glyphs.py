"""Marks that could be letters: small strokes that stand out from what is behind them."""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

import cv2
import numpy as np

from biasaudit.cues.components import components
from biasaudit.cues.resizing import with_longest_side
from biasaudit.images.photo import Photo

WORKING_SIDE = 384
"""Longest side at which opaque lettering is looked for: strokes one pixel wide of a small image part from each
other once they are enlarged."""

WIDEST_STROKE = 1 / 44
"""The widest stroke, as a share of the longest side."""

LOWEST, LOW, HIGHEST = 5.7, 0.02, 0.16
"""Height of a letter: at least so many pixels of the image as given and this share of the longest side, and at
most that share: the "mm" on a ruler is lower."""

SLIMMEST, WIDEST = 0.08, 1.5
"""Width of a letter in heights, from "l" to "W"."""

SPARSEST = 0.12
"""Least share of its box that a letter inks."""

FAINTEST = 45
"""Least ink of opaque lettering, in levels of the brightest or darkest channel."""

MOST = 220
"""Marks kept, those with the strongest ink: lettering outdoes what it is laid over."""


class Glyphs(NamedTuple):
    """Marks of one polarity, from left to right. Arrays of one length; pixels are those of the working image."""

    left: np.ndarray
    right: np.ndarray
    top: np.ndarray
    bottom: np.ndarray
    ink: np.ndarray
    """How far each stands out, in levels."""
    stroke: np.ndarray
    """Mean width of its strokes."""
    fill: np.ndarray
    """Share of its box that is inked."""
    colour: np.ndarray
    """(n, channels) where the ink is strongest."""
    pixel: float
    """Size of one pixel of the image as given, at least 1."""
    shape: tuple[int, int]
    """Height and width of the working image."""

    def among(self, keep: np.ndarray) -> Glyphs:
        """Only the marks for which `keep`, bool (n,), is true; or those of the places `keep`, int (m,), in that
        order."""
        return self._replace(**{name: getattr(self, name)[keep] for name in self._fields[:8]})


_KNOWN: WeakKeyDictionary[Photo, tuple[Glyphs, Glyphs]] = WeakKeyDictionary()
"""Several cues ask for the same marks of the same photograph, one after the other."""


def opaque_glyphs(photo: Photo) -> tuple[Glyphs, Glyphs]:
    """Light marks and dark marks of opaque lettering.

    Light ones are looked for in the brightest channel and dark ones in the darkest: white and black show there,
    and so do yellow on a dark ground and red or blue on a light one.
    """
    if photo not in _KNOWN:
        rgb, pixel = resized(photo.rgb, WORKING_SIDE)
        red, green, blue = cv2.split(rgb)
        brightest, darkest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
        _KNOWN[photo] = (
            glyphs(rgb, strokes(brightest, cv2.MORPH_TOPHAT), pixel, FAINTEST),
            glyphs(rgb, strokes(darkest, cv2.MORPH_BLACKHAT), pixel, FAINTEST),
        )
    return _KNOWN[photo]


def resized(image: np.ndarray, side: int) -> tuple[np.ndarray, float]:
    """The picture with a longest side of `side`, and how many pixels one of its pixels takes now, at least 1.

    image: uint8 (height, width) or (height, width, 3).
    """
    return with_longest_side(image, side, down=cv2.INTER_LINEAR), max(side / max(image.shape[:2]), 1.0)


def strokes(plane: np.ndarray, polarity: int) -> np.ndarray:
    """How far narrow strokes are lighter (`MORPH_TOPHAT`) or darker (`MORPH_BLACKHAT`) than what is about them.

    plane: uint8 (height, width); so is the result. The top-hat transform (Meyer 1979).
    """
    wide = 2 * round(max(plane.shape) * WIDEST_STROKE / 2) + 1
    return cv2.morphologyEx(plane, polarity, np.ones((wide, wide), np.uint8))


def glyphs(image: np.ndarray, ink: np.ndarray, pixel: float, faintest: int) -> Glyphs:
    """Marks in a plane of ink that have the size and the build of a letter; the picture gives their colour.

    image: uint8 (height, width) or (height, width, 3). ink: uint8 (height, width), from `strokes`. pixel: from
    `resized`. faintest: the least ink of a mark, 0 to 255.
    """
    height, width = ink.shape
    side = max(height, width)
    about = np.ones((2 * round(side / 40) + 1,) * 2, np.uint8)
    # Half of the strongest ink about: the outline of a stroke however much a blur or a reduction softened it.
    strongest = np.asarray(cv2.dilate(ink, about), np.uint8)
    inked = (ink > np.maximum(strongest // 2, np.uint8(faintest))).view(np.uint8)
    marks = components(inked, connectivity=4)
    left, top, wide, tall, area = (each.astype(np.float32) for each in marks[1:6])
    fits = (tall >= max(LOWEST * pixel, LOW * side)) & (tall <= HIGHEST * side)
    fits &= (wide >= SLIMMEST * tall) & (wide <= WIDEST * tall) & (area >= SPARSEST * wide * tall)
    # All marks that the frame cuts off end on one line, as if they stood on it.
    fits &= (left > 0) & (top > 0) & (left + wide < width) & (top + tall < height)
    fits[0] = False
    chosen = np.flatnonzero(fits)

    number = np.full(left.size, -1, np.int32)
    number[chosen] = np.arange(chosen.size)
    which = number[marks.of]
    where, which = marks.at[which >= 0], which[which >= 0]
    level = ink.ravel()[where]
    peak = np.zeros(chosen.size, np.uint8)
    np.maximum.at(peak, which, level)
    core = level >= 0.8 * peak[which]
    pixels = image.reshape(height * width, -1)[where[core]]
    n_core = np.maximum(np.bincount(which[core], minlength=chosen.size), 1)[:, None]
    colour = np.stack([np.bincount(which[core], channel, chosen.size) for channel in pixels.T], axis=1) / n_core
    # Strokes are half as long as their outline; this counts sides of pixels, of which a slanting line has more.
    sides = -cv2.Laplacian(inked, cv2.CV_16S, borderType=cv2.BORDER_REPLICATE).ravel()[where]
    outline = np.bincount(which, sides, chosen.size) * (np.pi / 4)
    stroke = 2 * area[chosen] / np.maximum(outline, 1)

    keep = np.argsort(-peak.astype(int), kind="stable")[:MOST]
    keep = keep[np.argsort(left[chosen[keep]], kind="stable")]
    at = chosen[keep]
    fill = area[at] / (wide[at] * tall[at])
    edges = left[at], left[at] + wide[at], top[at], top[at] + tall[at]
    return Glyphs(*edges, peak[keep].astype(float), stroke[keep], fill, colour[keep], pixel, (height, width))
