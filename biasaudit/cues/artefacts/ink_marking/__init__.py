"""Ink markings: dots, rings, arrows and scribbles of a violet or blue pen on the subject."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.artefacts.ink_marking.drawing import draw_ink, shade
from biasaudit.cues.artefacts.ink_marking.foreign import Foreign, foreign_hues
from biasaudit.cues.artefacts.ink_marking.pen import pen_strokes
from biasaudit.cues.cue import cue
from biasaudit.cues.resizing import with_longest_side
from biasaudit.images.photo import Photo

SMALLEST, WORKING_SIDE = 32, 256
"""Images with a side below the first show no ink; the longest side is brought to the second."""

LEAST_INK, LEAST_STROKES = 0.001, 0.003
"""The share of the picture that ink takes at least, as foreign hues and as strokes: the weakest of so many pixels."""

FOREIGN, STEP = 1.2, 22.0
"""Spreads of the picture's own hues by which ink is foreign to it, and CIE units by which it steps from its ground."""

FOREIGN_WIDTH = 25
"""What is foreign over a disc of so many pixels is no stroke, but a sticker, a fluid or cloth."""

RIM = 5
"""Width in pixels of half the working resolution by which wide areas are enlarged."""


def _disc(width: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))


def _narrow(foreign: Foreign) -> np.ndarray:
    """How much more foreign than its wide surroundings each pixel is (a top-hat), float32 (height, width).

    Areas are taken to go on beyond the frame, and the surroundings are looked at in half the resolution.
    """
    height, width = foreign.strength.shape
    small = cv2.resize(foreign.strength, (max(width // 2, 1), max(height // 2, 1)), interpolation=cv2.INTER_AREA)
    around = cv2.copyMakeBorder(small, *(FOREIGN_WIDTH,) * 4, cv2.BORDER_REPLICATE)
    around = cv2.morphologyEx(around, cv2.MORPH_OPEN, _disc(FOREIGN_WIDTH // 2 + 1))
    around = cv2.dilate(around, _disc(RIM))  # the rims of wide areas, too sharp for the disc, are no strokes
    wide = cv2.resize(around[FOREIGN_WIDTH:-FOREIGN_WIDTH, FOREIGN_WIDTH:-FOREIGN_WIDTH], (width, height))
    return np.maximum(foreign.strength - wide, 0) * foreign.upon_ground


@cue(
    kind="artefact",
    question="Are there marks of a violet or blue pen on the subject?",
    unit="times the least that marks show",
    threshold=1.0,
    smallest_side=96,
)
def ink_marking(photo: Photo) -> float:
    """How foreign the hue of small dark areas is to the picture, on the violet and blue side, or how like a pen's.

    Why it matters: a doctor draws with a surgical pen around what worries them. A skin-cancer classifier that was
    approved for the market gave higher melanoma scores once such marks were there (Winkler 2019). Prints, slides and
    X-ray films are marked in the same way because of what they show.

    How it is measured: in CIE L*a*b*, against the median colour of the picture. Shade draws colours straight to
    black, grey to the middle, blood to red; a pixel is foreign as far as it is bluer than the ground's shade, to the
    violet side of the ground's hue, and darker. It counts less where its surroundings are not the ground (pigment,
    in which melanin may look blue), and not where foreign areas are too wide for strokes (stickers, cloth). The
    value is what 1 in 1000 pixels reaches, divided by how widely the picture's own hues are spread, over the picture
    and from place to place: in colourful pictures, ink must be more unlike the rest. 0: nothing foreign.

    Where a picture has many colours, none is foreign to it. So the step to a pen's own blue or violet, and to dark,
    is looked for as well, within a stroke's width; the value is the greater of the two, each over what marks show.

    What it cannot show: black, red and green pens, which have the hues of hair, blood and leaves; ink so faint that
    it is only to be guessed at; ink upon pigment, and ink in colourful or blue scenes, where about a quarter of the
    drawn marks stay below the threshold. Small violet or blue things (a far parachute, a label, stitches) count as
    ink: about 3 in a hundred everyday photographs pass the threshold.

    References: J. K. Winkler et al., "Association between surgical skin markings in dermoscopic images and
    diagnostic performance of a deep learning convolutional neural network for melanoma recognition", JAMA
    Dermatology 155, 2019.
    """
    if min(photo.luma.shape) < SMALLEST:
        return 0.0
    lab = with_longest_side(photo.lab, WORKING_SIDE, up=cv2.INTER_LINEAR)
    foreign = foreign_hues(lab)
    hues = float(np.quantile(_narrow(foreign)[::2, ::2], 1 - LEAST_INK)) / foreign.spread
    strokes = float(np.quantile(pen_strokes(lab)[::2, ::2], 1 - LEAST_STROKES))
    return max(hues / FOREIGN, strokes / STEP)


ink_marking.inserts(placebo=shade)(draw_ink)
