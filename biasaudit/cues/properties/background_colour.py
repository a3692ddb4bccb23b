"""Background colour: the name of the colour around the picture's edge."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.cue import cue
from biasaudit.images.photo import Photo

WIDTH = 0.08
"""The margin that is looked at, as a share of the shorter side."""

SAMPLES = 64
"""Pixels that are looked at along each side of the margin, after averaging."""

ALIKE, MOST = 20.0, 0.65
"""One colour: this share of the margin lies within so many units of its median in CIE L*a*b*."""

NEUTRAL, PASTEL = 10.0, 45.0
"""Chroma below the first is no colour; below the second a colour is dull or pale."""

BLACK, DARK, LIGHT, WHITE = 16.0, 60.0, 65.0, 88.0
"""Lightness, 0 to 100: up to the first all is black, up to the second orange is brown, from the third a pale red is
pink, and from the last what has no colour is white."""

HUES = (
    (15, "red"),
    (42, "orange"),
    (68, "yellow"),
    (160, "green"),
    (200, "cyan"),
    (255, "blue"),
    (295, "violet"),
    (340, "pink"),
    (360, "red"),
)
"""Where each colour ends on the colour wheel, in degrees from pure red."""


def colour_name(rgb: np.ndarray) -> str:
    """One of twelve names for a colour, float (3,) 0 to 255."""
    pixel = np.asarray(rgb, np.float32).reshape(1, 1, 3) / 255
    lightness, a, b = (float(value) for value in cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB).ravel())
    chroma = float(np.hypot(a, b))
    if lightness <= BLACK and chroma < 2 * NEUTRAL:
        return "black"
    if chroma < NEUTRAL:
        return "white" if lightness >= WHITE else "grey"
    hue = float(cv2.cvtColor(pixel, cv2.COLOR_RGB2HSV)[0, 0, 0])
    name = next(name for end, name in HUES if hue <= end)
    if name in ("red", "orange") and not 25 <= hue < 340 and chroma < PASTEL:
        return "pink" if lightness >= LIGHT else "brown"
    if name == "orange" or (name == "yellow" and hue < 55):
        return "brown" if lightness < DARK or chroma < PASTEL else name
    if name == "pink" and lightness < DARK / 1.3:
        return "violet"
    return name


def _margin(rgb: np.ndarray) -> np.ndarray:
    """uint8 (n, 3): the pixels of the outer margin of the image, averaged down to `SAMPLES` along the longest side."""
    ratio = min(1.0, SAMPLES / max(rgb.shape[:2]))
    size = [max(round(side * ratio), 1) for side in rgb.shape[1::-1]]
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    width = max(round(WIDTH * min(small.shape[:2])), 1)
    edge = np.ones(small.shape[:2], bool)
    edge[width:-width, width:-width] = False
    return np.asarray(small[edge])


@cue(
    kind="property",
    question="Is one class shown before a background of another colour?",
    unit="name of the colour",
    words=True,
)
def background_colour(photo: Photo) -> str:
    """Why it matters: shops show goods on white, laboratories leaves on grey, and a clinic lays a blue cloth. A class
    with a background of its own is told by the background, and the subject need not be looked at.

    How it is measured: the outer 8% of the shorter side, averaged to small samples. Where at least 65% of them lie
    within 20 units of their median in CIE L*a*b*, the median has a name: black, grey, white, red, orange, brown,
    yellow, green, cyan, blue, violet or pink. Otherwise it is "mixed". Pale reds are pink; dull reds and
    dark or dull oranges are brown.

    What it cannot show: differences within one name, and where two names meet: skin lies between pink, brown and
    orange. A frame around the picture counts as its background, and so does a subject that fills it.

    References: Berlin & Kay 1969, Basic color terms: their universality and evolution, University of California
    Press; van de Weijer et al. 2009, Learning color names for real-world applications, IEEE Transactions on Image
    Processing 18; Xiao et al. 2021, Noise or signal: the role of image backgrounds in object recognition, ICLR.
    """
    margin = _margin(photo.rgb)
    lab = cv2.cvtColor(margin[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    far = np.linalg.norm(lab - np.median(lab, axis=0), axis=1)
    if (far <= ALIKE).mean() < MOST:
        return "mixed"
    return colour_name(np.median(margin[far <= ALIKE].astype(np.float32), axis=0))
