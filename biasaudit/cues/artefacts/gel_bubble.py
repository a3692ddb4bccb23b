"""Gel bubbles: air bubbles and spots of glare in the gel between a lens and its subject."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred
from biasaudit.cues.vectors import magnitude
from biasaudit.images.photo import WORKING_SIDE, Photo

SMALLEST = 32
"""Images with a side below this show no bubbles."""
RANK = 6
"""The specks compared are the sixth strongest light one and the sixth strongest dark one: a single gleam is no gel."""
FAINT = 1.0
"""Curvature in grey levels per square pixel that counts as no speck, so that noise on an even ground is none."""
SPACING = 7
"""Side in pixels of the square within which only the strongest speck counts."""
FINE = 4
"""Bubbles are drawn this many times larger and averaged down."""
FEWEST, MOST = 14, 40
"""How many bubbles a drawing has."""
PLACES = 6
"""Random places looked at for each bubble, of which the darkest is taken: on white, a gleam doesn't show."""


def _speck(least_curvature: np.ndarray) -> float:
    """Strength of the speck that comes `RANK`-th: the local maxima of the curvature where it is least."""
    strongest = cv2.dilate(least_curvature, np.ones((SPACING, SPACING), np.uint8))
    strengths = least_curvature[(least_curvature >= strongest) & (least_curvature > 0)]
    return float(np.partition(strengths, -RANK)[-RANK]) if strengths.size >= RANK else 0.0


def _light_and_dark_specks(white: np.ndarray) -> tuple[float, float]:
    """Strengths of a light and of a dark speck in a uint8 picture of one channel, grey levels per square pixel.

    That is the curvature of brightness in the direction where it is least, so that lines and edges are no specks.
    """
    xx, yy, xy = (cv2.Sobel(white, cv2.CV_32F, i, j, ksize=5, scale=1 / 32) for i, j in ((2, 0), (0, 2), (1, 1)))
    total, difference = cv2.add(xx, yy), cv2.subtract(xx, yy, dst=xx)
    spread = magnitude(difference, cv2.add(xy, xy))
    dark = _speck(cv2.subtract(total, spread))
    return _speck(-cv2.add(total, spread)), dark


@cue(
    kind="artefact",
    question="Are there air bubbles or spots of glare in gel over the subject?",
    unit="times the strength of dark specks",
    threshold=1.85,
    smallest_side=128,
)
def gel_bubble(photo: Photo) -> float:
    """Why it matters: immersion gel or oil is laid between skin and dermatoscope, and between probe and body in
    ultrasound. Some operators and devices use it and others do not, and its bubbles come with the source.
    People labelled them, as one of seven artefacts, to study what classifiers of skin lesions learn.

    How it is measured: each bubble in a gel carries a small gleam, lighter than its surroundings all around and
    almost white. In the darkest of the three colour channels, where only white things are light, specks are found
    by the curvature of brightness in the direction where it is least, so that lines and edges are none. Texture
    and noise have dark specks as strong as light ones; gel has light ones in excess. The number is the strength
    of the sixth strongest light speck over that of the sixth strongest dark one; about 1 means that neither
    prevails, 0 that there are no light specks. Measured at 512 pixels. The threshold is set where less than 3 in a
    hundred photographs of objects or leaves pass, and 5 in a hundred of people outdoors.

    What it cannot show: fewer than six bubbles; large ones without a gleam; a few faint ones on skin with dark
    dots or hairs. Anything else that is small and light - drops, dust, scales, stars, lamps - counts as well.
    Most images in which people saw a bubble or two stay below the threshold; there too the number is higher than
    in those without.

    References: Bissoto et al. 2020, Debiasing skin lesion datasets and models? Not so fast, CVPR Workshops (gel
    borders and bubbles labelled by people); Lindeberg 1998, Feature detection with automatic scale selection,
    International Journal of Computer Vision 30.
    """
    if min(photo.rgb.shape[:2]) < SMALLEST:
        return 0.0
    red, green, blue = cv2.split(photo.rgb)
    white = cv2.min(cv2.min(red, green), blue)
    zoom = WORKING_SIDE / max(white.shape)
    if zoom > 1:
        white = cv2.resize(white, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    light, dark = _light_and_dark_specks(white)
    return light / (FAINT + dark)


@gel_bubble.inserts(placebo=blurred)
def _foam(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Bubbles with a dark rim and a white gleam on the side of the light, loose or in drifts; opacity `amount`."""
    height, width = rgb.shape[:2]
    side = float(np.sqrt(height * width))
    light = rng.uniform(0, 2 * np.pi)
    drifts = rng.uniform(0.1, 0.9, (int(rng.integers(2, 6)), 2))
    loose = rng.uniform(0.2, 1.0)
    drawn = rgb.astype(np.float32)
    white = cv2.GaussianBlur(rgb.min(axis=2), (0, 0), max(side / 64, 0.5))
    touched = np.zeros((height, width), bool)
    for _ in range(int(rng.integers(FEWEST, MOST + 1))):
        places = rng.uniform(0.02, 0.98, (PLACES, 2))
        if rng.random() > loose:
            places = drifts[rng.integers(len(drifts))] + rng.normal(0, 0.08, (PLACES, 2))
        places = np.clip(places, 0, 0.999) * (width, height)
        column, row = places.astype(int).T
        at = places[white[row, column].argmin()]
        radius = max(side * float(np.exp(rng.uniform(np.log(0.006), np.log(0.02)))), 1.7)
        _bubble(drawn, touched, at, radius, light + rng.normal(0, 0.3), rng)
    result = np.clip(np.rint(rgb + amount * (drawn - rgb)), 0, 255).astype(np.uint8)
    return result, touched


def _bubble(
    image: np.ndarray, touched: np.ndarray, centre: np.ndarray, radius: float, light: float, rng: np.random.Generator
) -> None:
    """Draw one bubble into `image` (float32 RGB), and mark in `touched` what it covers."""
    reach = int(np.ceil(radius)) + 2
    left, top = np.floor(centre).astype(int) - reach
    rows = slice(max(top, 0), min(top + 2 * reach + 1, image.shape[0]))
    columns = slice(max(left, 0), min(left + 2 * reach + 1, image.shape[1]))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    size = FINE * (2 * reach + 1)
    y, x = (np.mgrid[:size, :size] + 0.5) / FINE
    x, y = x + left - centre[0], y + top - centre[1]
    from_centre = np.hypot(x, y) / radius
    rim = np.exp(-(((from_centre - 0.85) / 0.16) ** 2))
    towards = np.array([np.cos(light), np.sin(light)]) * radius * 0.25
    gleam_size = max(0.3 * radius, 0.8)
    gleam = np.exp(-((np.hypot(x - towards[0], y - towards[1]) / gleam_size) ** 4))
    # Light that has passed through gathers on the far side, along the rim.
    far = np.clip(-(x * np.cos(light) + y * np.sin(light)) / radius - 0.3, 0, 1)
    far = far * np.exp(-(((from_centre - 0.62) / 0.14) ** 2))

    def averaged(part: np.ndarray) -> np.ndarray:
        small = cv2.resize(part.astype(np.float32), None, fx=1 / FINE, fy=1 / FINE, interpolation=cv2.INTER_AREA)
        return small[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left, None]

    patch = image[rows, columns]
    softness = min(radius / 3.5, 1.0)  # the rim of a small bubble is out of focus
    patch *= 1 - rng.uniform(0.3, 0.55) * softness * averaged(rim)
    patch += averaged(np.maximum(gleam * rng.uniform(0.9, 1.0), 0.45 * far)) * (252.0 - patch)
    touched[rows, columns] |= averaged((rim > 0.02) | (gleam > 0.02) | (far > 0.02))[..., 0] > 0
