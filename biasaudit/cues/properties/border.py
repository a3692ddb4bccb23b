"""Border: an outer margin that is lighter or darker than the picture beside it."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import move_by, touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import opposite_halves
from biasaudit.images.photo import Photo

WIDTH = 0.06
"""The margin, as a share of the shorter side."""

BANDS = 4
"""Bands of that width that are compared: the margin, the one beside it, and two more for the slope of the light."""

SMALLEST = 12
"""Images with a shorter side have no margin to speak of."""

PARTS = 8
"""Each side is compared in so many parts."""

SOFT = 0.02
"""The width over which the inserted margin fades into the picture, as a share of the shorter side."""


def _steps(gray: np.ndarray) -> np.ndarray:
    """float32 (4, PARTS): how much the margin's luma leaves the course of the picture, part by part of each side."""
    width = max(round(WIDTH * min(gray.shape)), 1)
    steps = []
    for side in (gray, gray[::-1], gray.T, gray.T[::-1]):
        margin, beside, *inner = (
            cv2.resize(np.ascontiguousarray(side[start : start + width]), (PARTS, 1), interpolation=cv2.INTER_AREA)[0]
            for start in range(0, BANDS * width, width)
        )
        steps.append((margin - beside) - (inner[0] - inner[1]))
    return np.array(steps)


@cue(
    kind="property",
    question="Is the margin of one class lighter or darker than the picture inside it?",
    unit="luma, -255 to 255 (positive is a lighter margin)",
)
def border(photo: Photo) -> float:
    """Why it matters: lenses and lamps darken the margin, scanners and book pages lighten it, and prints, screens
    and collimators leave a rim. It is the same in all pictures of a device, and networks look at the rim.

    How it is measured: luma in the outer 6% of the shorter side less that in a band of the same width just inside,
    in eight parts along each side, and less the same difference two bands further in: light that falls off evenly
    goes on doing so, a border sets in. The median of the 32 parts passes over subjects that are cut by the edge.

    What it cannot show: margins on fewer than three sides or narrower than about 2%; those wider than a tenth read
    as less than they are. A dark corner or vignette, which falls off all the way, is hardly counted. A solid margin
    of one colour is an artefact of its own, `frame`. 0 where a side is shorter than 12 pixels.

    References: Zech et al. 2018, Variable generalization performance of a deep learning model to detect pneumonia
    in chest radiographs, PLOS Medicine 15; DeGrave et al. 2021, AI for radiographic COVID-19 detection selects
    shortcuts over signal, Nature Machine Intelligence 3.
    """
    return 0.0 if min(photo.gray.shape) < SMALLEST else float(np.median(_steps(photo.gray)))


@border.inserts(directions=(1, -1), placebo=opposite_halves)
def _shade(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The margin lighter or darker by one step, fading into the picture; all else as it was."""
    height, width = rgb.shape[:2]
    rows, columns = np.ogrid[:height, :width]
    depth = np.minimum(np.minimum(rows, height - 1 - rows), np.minimum(columns, width - 1 - columns)) + 0.5
    short = min(height, width)
    margin = np.clip((WIDTH * short - depth) / max(SOFT * short, 1) + 0.5, 0, 1)[..., None]

    def shade(strength: float) -> np.ndarray:
        return np.clip(np.rint(rgb + np.sign(amount) * strength * margin), 0, 255).astype(np.uint8)

    changed = move_by(amount, rgb, border.measure, shade, strongest=255)
    return changed, touched(rgb, changed)
