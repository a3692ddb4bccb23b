"""Frame: bars of one colour around the picture, as a letterbox or a print's margin."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred
from biasaudit.images.photo import Photo

TOLERANCE = 16
"""Largest difference in any channel that still counts as the border's colour; JPEG rings by about so much."""

PURE = 0.97
"""The share of a row that must have the border's colour."""

EDGE_SHARE = 0.5
"""The share of the first row inside that must differ, along the border's whole length."""

EDGE_WIDTH = 3
"""Pixels between border and picture that a soft edge may take."""


def _bar(image: np.ndarray) -> int:
    """Rows at the top of the image that are one bar: of the colour of the first row, and then the picture.

    A plain background is no bar: below it the subject sets in little by little, not along the whole row.
    """
    colour = np.median(image[0], axis=0)
    if _share_unlike(image[:1], colour)[0] > 1 - PURE:
        return 0
    unlike = _share_unlike(image[: image.shape[0] // 2 + EDGE_WIDTH], colour)
    beyond = np.flatnonzero(unlike > 1 - PURE)
    if beyond.size == 0:
        return 0
    end = int(beyond[0])
    return end if unlike[end : end + EDGE_WIDTH].max() >= EDGE_SHARE else 0


def _share_unlike(rows: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """For each row, the share of its pixels that are not of the colour; about 128 of them are looked at."""
    sample = np.ascontiguousarray(rows[:, :: max(rows.shape[1] // 128, 1)])
    return (cv2.inRange(sample, colour - TOLERANCE, colour + TOLERANCE) == 0).mean(axis=1)


def inside_of(rgb: np.ndarray) -> np.ndarray:
    """The picture without its bars: those along the long way first, then those across what is left.

    rgb: uint8 (height, width, 3); what is left is a view of it, at least one row and column.
    """
    for _ in range(2):  # the second round finds the bars whose ends were hidden by the other pair
        for turn in range(4):
            turned = np.rot90(rgb, turn)
            rgb = np.rot90(turned[_bar(turned) :], -turn)
    return rgb


@cue(
    kind="artefact",
    question="Is there a frame, a letterbox or a margin of one colour around the picture?",
    unit="share of the image's area, 0 to 1",
    threshold=0.02,
    smallest_side=64,
)
def frame(photo: Photo) -> float:
    """Why it matters: letterboxes, scanner margins, the black surround of an ultrasound and the white frame of a
    print belong to a device or an archive. Networks for chest X-rays were found to look at the borders.

    How it is measured: from each of the four sides, rows of one colour are peeled off, as long as they are
    followed by a picture that differs from that colour along at least half of the row. The number is the share
    of the area that was peeled off; 0 is no border.

    What it cannot show: round or slanted borders (a dermatoscope's dark corners), torn, patterned or shaded
    ones, and a black bar against a night sky. A plain studio background is not counted, as the subject does not
    set in along a whole row. An image of one colour has no border.

    References: Zech et al. 2018, Variable generalization performance of a deep learning model to detect
    pneumonia in chest radiographs, PLOS Medicine 15; DeGrave et al. 2021, AI for radiographic COVID-19 detection
    selects shortcuts over signal, Nature Machine Intelligence 3.
    """
    inside = inside_of(photo.rgb)
    return 1 - inside.shape[0] * inside.shape[1] / (photo.rgb.shape[0] * photo.rgb.shape[1])


@frame.inserts(placebo=blurred)
def _surround(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A frame, a letterbox or a pillarbox over 8 to 35% of the area, mostly black; `amount` is its opacity."""
    height, width = rgb.shape[:2]
    share = rng.uniform(0.08, 0.35)
    style = rng.choice(["frame", "letterbox", "pillarbox"], p=[0.5, 0.3, 0.2])
    colour = rng.choice([0, 255, 16, 128], p=[0.6, 0.2, 0.1, 0.1])
    if style == "frame":
        # the width w that solves (height - 2w)(width - 2w) = (1 - share) * height * width
        around = height + width
        thick = (around - np.sqrt(around**2 - 4 * share * height * width)) / 4
        top, left = max(round(thick), 1), max(round(thick), 1)
    else:
        top = max(round(share * height / 2), 1) if style == "letterbox" else 0
        left = max(round(share * width / 2), 1) if style == "pillarbox" else 0
    mask = np.ones((height, width), bool)
    mask[top : height - top, left : width - left] = False
    changed = rgb.copy()
    changed[mask] = np.rint((1 - amount) * rgb[mask] + amount * float(colour))
    return changed, touched(rgb, changed)
