"""Hairs lying over the subject: thin, long, smooth curves."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.artefacts.hair.curves import Curves, find_curves
from biasaudit.cues.artefacts.hair.drawing import draw_hair
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred
from biasaudit.cues.resizing import with_longest_side
from biasaudit.cues.vectors import magnitude
from biasaudit.images.photo import Photo

SMALLEST, WORKING_SIDE, LARGEST_ZOOM = 32, 384, 2.5
"""Images with a side below the first show no hair; the longest side is brought to the second, as far as enlarging
by no more than the third does it: beyond that, edges are too soft for the finest curvature."""
LEAST_BEND, MOST_UNEVEN = 0.006, 0.02
"""A hair departs at least so far from a straight line, and at most so far from an evenly bent one, in its lengths."""
TWO_SIDED = 1.5
"""A hair is this many times deeper than the step from one of its sides to the other: no edge of a thing."""
LIGHT_WEIGHT = 0.6
"""What a light curve counts against a dark one: gleams and the rims of gel are light too."""
OPAQUE = 0.4
"""A hair's least contrast in any colour channel over its largest. Ink and vessels leave one channel nearly alone."""
RULED_LENGTH, RULED_BEND = 0.2, 0.003
"""Lines at least so long (in image sides) that bend no more than this were drawn with a ruler, or are one."""
RULED_REACH = 0.05, 0.1
"""How far beside and beyond such a line its ticks and lettering reach, in image sides."""
STEEP, PLAIN = 3840.0, 0.02
"""Grey levels per image side from which an edge is steep, and a share of steep pixels that is as good as none."""
OWN_EDGES = 3.0
"""Pixels across a hair that are steep because of the hair itself. Most of a hair is linked twice, in two sectors."""


def _by_a_ruled_line(curves: Curves, side: int) -> np.ndarray:
    """Which curves are long straight lines, or lie along one: rulers with their ticks, frames, rails."""
    bend = np.maximum(RULED_BEND * curves.length, 0.5)  # rounding to whole pixels bends every line a little
    ruled = (curves.length > RULED_LENGTH * side) & (curves.from_straight < bend)
    x, y = curves.x[:, None] - curves.x[ruled], curves.y[:, None] - curves.y[ruled]
    cos, sin = curves.along[ruled].T
    near = np.abs(y * cos - x * sin) < RULED_REACH[0] * side
    near &= np.abs(x * cos + y * sin) < 0.5 * curves.length[ruled] + RULED_REACH[1] * side
    return near.any(axis=1)


def _hairiness(curves: Curves, side: int) -> np.ndarray:
    """What each curve counts as hair: its length in image sides squared, or less, or nothing."""
    bent = np.clip(curves.from_straight / (LEAST_BEND * curves.length), 0, 1) ** 2
    smooth = curves.from_bent < MOST_UNEVEN * curves.length
    two_sided = curves.depth > TWO_SIDED * curves.step
    weight = np.where(curves.polarity > 0, 1.0, LIGHT_WEIGHT) * np.clip(curves.opaque / OPAQUE, 0, 1)
    counts = smooth & two_sided & ~_by_a_ruled_line(curves, side)
    return (curves.length / side) ** 2 * bent * weight * counts


def _steep_pixels(gray: np.ndarray) -> int:
    """How many pixels lie on edges: how much there is in the image that could look like hair by chance."""
    gradient = magnitude(cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1))
    return cv2.countNonZero(cv2.inRange(gradient, 8 * STEEP / max(gray.shape), np.inf))  # 8: Sobel's gain


@cue(
    kind="artefact",
    question="Are there hairs lying over the subject?",
    unit="length of hairs against other edges",
    threshold=3.2,
    smallest_side=96,
)
def hair(photo: Photo) -> float:
    """Why it matters: hair lies over some skins and not over others, by body site, sex and age, and is shaved before
    some examinations. It hides part of what is to be judged, and is one of seven artefacts of dermoscopic images
    that people labelled to study what classifiers learn. A hair on a scan or a lens marks its source as well.

    How it is measured: crests of brightness (from the Hessian matrix), dark or light, are linked where they run on
    in about one direction. A curve counts as hair if it is smooth, not ruled straight, darker or lighter than both
    of its sides by more than they differ, and stands out in all three colour channels, unlike ink and vessels.
    Long straight lines and what lies beside them (a ruler's ticks) are left out. The number is the sum of the
    squared lengths of these curves in image sides, divided by 0.02 plus the share of the image that other edges
    take up: in a picture full of edges some look like hair by chance. Measured at no more than 384 pixels. The
    threshold is set where 3 in a hundred everyday photographs pass: strings of parachutes, cables, branches.

    What it cannot show: stubble and hairs shorter than a twentieth of the image, straight hairs, hairs thinner than
    about half a pixel or thicker than 1/60 of the image, hair as a subject (fur, a head), and what a curve is:
    cables, cracks, strings and the rim of a drop of gel count. Over a very busy picture about one in five drawings
    of hair is missed.

    References: Lee et al. 1997, DullRazor: a software approach to hair removal from images, Computers in Biology
    and Medicine 27; Frangi et al. 1998, Multiscale vessel enhancement filtering, MICCAI; Bissoto et al. 2020,
    Debiasing skin lesion datasets and models? Not so fast, CVPR Workshops.
    """
    if min(photo.luma.shape) < SMALLEST:
        return 0.0
    rgb = with_longest_side(photo.rgb, WORKING_SIDE, LARGEST_ZOOM, down=cv2.INTER_LINEAR)
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if min(gray.shape) < 3:  # a long strip
        return 0.0
    curves = find_curves(rgb, gray)
    hairs = _hairiness(curves, max(gray.shape))
    other_edges = max(_steep_pixels(gray) - OWN_EDGES * curves.length[hairs > 0].sum(), 0.0)
    return float(hairs.sum() / (PLAIN + other_edges / gray.size))


hair.inserts(placebo=blurred)(draw_hair)
