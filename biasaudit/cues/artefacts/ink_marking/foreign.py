"""How far each pixel's hue is foreign to the picture, on the blue side, and darker."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

BLACK = 4.0
"""Below this L* a pixel has no hue, and belongs to a mask or a black surround: it is not asked for the ground."""

LEAST_CHROMA = 3.0
"""A ground of less chroma, leaning included, has hardly a hue, and steps across it count less."""

SMOOTHING = 1.2
"""Standard deviation in pixels of the working image: JPEG stores colours at half the resolution."""

LEANING = 4.0
"""The ground is taken to lean to yellow by so much: ink on grey is judged as on pale skin."""

ACROSS_WEIGHT = 0.6
"""How much a step across the ground's hue counts: redness steps across as well, though it is not bluer."""

DARK_WEIGHT = 3.0
"""A pixel is foreign by at most so many times its darkening: pale blue glare is no ink."""

SHADE_WEIGHT, SHADE_WIDTH = 0.1, 13
"""What the mean darkening in a square of so many pixels takes off: in a dark lesion, bluish hues are melanin's."""

FLOOR = 0.5
"""Spread of hue in CIE units that even a picture of one hue is taken to have, from noise and compression."""


USUAL = 0.8
"""The share of pixels that lie within the spread of hues."""

SURROUNDINGS, UNLIKE = 25, 60.0
"""A pen draws on the ground: where the other pixels in a square of so many are unlike it, by so much in the sum of
L*, a* and b* on average, nothing counts as ink."""

INK_LIKE = 2.0
"""Pixels foreign by more than so many spreads of hue are not asked for the surroundings: they may be the ink."""


class Foreign(NamedTuple):
    """How foreign the working image's pixels are, in CIE units."""

    strength: np.ndarray
    """float32 (height, width), at least 0."""
    upon_ground: np.ndarray
    """From 1, where the surroundings are of the ground's colour, to 0; float32 (height, width)."""
    spread: float
    """How widely hues across the ground's own are spread, over the picture and from place to place."""


def ground_colour(lab: np.ndarray) -> np.ndarray:
    """Median L*a*b*, float32 (3,), of every fourth pixel of each row and column that is not black.

    lab: float32 (height, width, 3), CIE L*a*b* with L* 0 to 100.
    """
    sample = lab[::4, ::4].reshape(-1, 3)
    lit = sample[sample[:, 0] >= BLACK]
    return np.median(lit if len(lit) else sample, axis=0).astype(np.float32)


def foreign_hues(lab: np.ndarray) -> Foreign:
    """Bluer than the ground in shade, more violet, and darker: the least of the three.

    lab: float32 (height, width, 3), CIE L*a*b* with L* 0 to 100. Shade draws a colour along a straight line to black,
    grey to the middle, blood to red: none of them to blue and across the line at once. On a green ground, violet is
    what is redder; on a blue one (sky, water), blue and violet are not foreign.
    """
    ground = ground_colour(lab)
    light, red, yellow = cv2.split(cv2.GaussianBlur(lab, (0, 0), SMOOTHING))
    hue = np.array([max(ground[1], 0), ground[2] + LEANING], np.float32)
    hue /= max(float(np.linalg.norm(hue)), LEAST_CHROMA)
    across = (red - ground[1]) * hue[1] - (yellow - ground[2]) * hue[0]
    darkening = ground[0] - light
    bluer = ground[2] * np.minimum(light / max(float(ground[0]), 1.0), 1) - yellow
    strength = np.minimum(np.minimum(bluer, ACROSS_WEIGHT * across), DARK_WEIGHT * darkening)
    strength -= SHADE_WEIGHT * cv2.blur(np.maximum(darkening, 0), (SHADE_WIDTH, SHADE_WIDTH))
    strength = np.maximum(strength, 0)
    spread = FLOOR + _spread(across, strength, light >= BLACK)
    unlike = np.abs(light - ground[0]) + np.abs(red - ground[1]) + np.abs(yellow - ground[2])
    return Foreign(strength, _upon_ground(unlike, strength < INK_LIKE * spread), spread)


def _spread(across: np.ndarray, strength: np.ndarray, lit: np.ndarray) -> float:
    """How widely hues are spread: geometric mean of the spread over the picture and twice that around each place.

    Soft tints of the ground make the one large, small coloured things both. Of the first, pixels that are foreign
    are left out, so that much ink adds nothing.
    """
    lit = lit[::2, ::2]
    if not lit.any():
        return 0.0
    steps, fine = np.abs(across), np.abs(across - cv2.blur(across, (SURROUNDINGS, SURROUNDINGS)))
    steps, fine = steps[::2, ::2][lit], fine[::2, ::2][lit]
    own = steps[strength[::2, ::2][lit] <= (FLOOR + 2 * float(np.median(steps))) / 2]
    wide = float(np.quantile(own, USUAL)) if own.size else 0.0
    return float(np.sqrt(wide * 2 * float(np.quantile(fine, USUAL))))


def _upon_ground(unlike: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """How much of the surroundings is of the ground's colour, by the pixels that are asked."""
    window, asked = (SURROUNDINGS, SURROUNDINGS), asked.astype(np.float32)
    share = np.maximum(cv2.blur(asked, window), 0.05)  # where nearly all is ink, the few others do not decide
    return np.maximum(1 - cv2.blur(np.minimum(unlike / UNLIKE, 1) * asked, window) / share, 0)
