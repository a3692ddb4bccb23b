"""Date stamp: the date or the time that a camera burns into the picture."""

from __future__ import annotations

import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.artefacts.lettering.drawing import lay, place, word
from biasaudit.cues.artefacts.lettering.glyphs import Glyphs, opaque_glyphs
from biasaudit.cues.artefacts.lettering.lines import lines
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred
from biasaudit.images.photo import Photo

COLOURS = ((255, 150, 30), (255, 190, 60), (255, 225, 70), (255, 80, 40), (255, 60, 20), (255, 255, 255))
"""Colours in which cameras print the date, RGB: orange, yellow, red, white."""

MARGIN = 0.16
"""Middle of the stamp within this share of the height from the upper or the lower edge."""

WHITE = 155
"""White figures have no channel below this: thin ones take on some of the ground."""

GLOWING, WARMTH = 145, 40
"""Orange, yellow and red ones have at least so much red, and so much more of it than of blue."""

BETWEEN = 2.4
"""Widest gap between figures, in heights: dates are set with blanks."""

EVEN = 0.7
"""Least share of the marks that reach up to one line: figures are all of one height, small letters are not."""


@cue(
    kind="artefact",
    question="Has a camera burnt the date or the time into the picture?",
    unit="nats against chance",
    threshold=3.0,
    smallest_side=160,
)
def date_stamp(photo: Photo) -> float:
    """How surely a line of figures near the upper or lower edge is a camera's date.

    Why it matters: whether the date is printed, and how, is a setting of one camera. Where one camera took most
    of a class, its orange figures stand for that class. They also tell when pictures were taken, and so which
    of them belong to one session.

    How it is measured: marks that could be letters are found as for the cue `text`. Those that are white, or
    orange, yellow or red, in the upper or lower sixth of the picture are chained into level lines, and lines
    whose marks are all of one height count. The value is how far the best one beats chance, in nats (Desolneux
    2000). Because so few things are in that place and of that colour, the threshold is far lower than that of
    `text`. 0: no such line of three marks or more.

    What it cannot show: what the line says: a caption in white or yellow capitals near the edge passes too.
    Dates in other colours, upright ones, figures lower than 6 pixels, and in images below 150 pixels most of
    those that JPEG has blurred.

    References: X. Chen, H. Zhang, "Photo time-stamp detection and recognition", ICDAR 2003. A. Desolneux, L.
    Moisan, J.-M. Morel, "Meaningful alignments", International Journal of Computer Vision 40, 2000.
    """
    found = [0.0]
    for marks in opaque_glyphs(photo):
        marks = marks.among(_placed_and_coloured(marks))
        found += [line.nats for line in lines(marks, widest_gap=BETWEEN) if _of_one_height(marks, line.members)]
    return max(found)


def _placed_and_coloured(marks: Glyphs) -> np.ndarray:
    """Which marks are near the upper or lower edge, and white or warm and bright."""
    red, green, blue = marks.colour.T
    white = marks.colour.min(axis=1) > WHITE
    warm = (red > GLOWING) & (red - blue > WARMTH) & (green > blue - WARMTH / 2)
    middle = (marks.top + marks.bottom) / 2 / marks.shape[0]
    return (white | warm) & (np.minimum(middle, 1 - middle) < MARGIN)


def _of_one_height(marks: Glyphs, members: np.ndarray) -> bool:
    top, tall = marks.top[members], np.median((marks.bottom - marks.top)[members])
    return bool(np.mean(np.abs(top - np.median(top)) <= 0.07 * tall + 0.5 * marks.pixel) >= EVEN)


def _date(rng: np.random.Generator, *, brief: bool = False) -> str:
    """A date in one of the usual ways, sometimes with the time; `brief`: in one of the two shortest."""
    year, month, day = int(rng.integers(1994, 2026)), int(rng.integers(1, 13)), int(rng.integers(1, 29))
    hour, minute = int(rng.integers(24)), int(rng.integers(60))
    style = int(rng.integers(2 if brief else 6))
    if style == 0:
        return f"'{year % 100:02d} {month:2d} {day:2d}"
    if style == 1:
        return f"{day:02d}.{month:02d}.{year}"
    if style == 2:
        return f"{month:02d}/{day:02d}/{year}"
    if style == 3:
        return f"{year}-{month:02d}-{day:02d}"
    if style == 4:
        return f"{year}/{month:02d}/{day:02d} {hour:02d}:{minute:02d}"
    return f"{day:02d}-{month:02d}-{year % 100:02d} {hour:02d}:{minute:02d}"


@date_stamp.inserts(placebo=blurred)
def _stamp(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A date in orange, yellow, red or white near a corner, mostly below on the right; `amount` is the opacity."""
    height, width = rgb.shape[:2]
    digits = max(min(height, width) * rng.uniform(0.035, 0.07), 8.5)
    stamp = word(_date(rng), digits, rng)
    if stamp.shape[1] > 0.94 * width:  # rather fewer figures than smaller ones
        stamp = word(_date(rng, brief=True), digits, rng)
    margin = rng.uniform(0.02, 0.06, 2) * min(height, width)
    top = margin[0] if rng.random() < 0.15 else height - margin[0] - stamp.shape[0]
    left = margin[1] if rng.random() < 0.25 else width - margin[1] - stamp.shape[1]
    coverage = place(stamp, (height, width), float(top), float(left))
    changed = lay(rgb, coverage, np.array(COLOURS[int(rng.integers(len(COLOURS)))]), amount)
    return changed, touched(rgb, changed)
