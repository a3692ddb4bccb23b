"""Watermark: see-through lettering across the picture, once or many times."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.artefacts.lettering.drawing import lay, place, word
from biasaudit.cues.artefacts.lettering.glyphs import glyphs, resized, strokes
from biasaudit.cues.artefacts.lettering.lines import lines
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred
from biasaudit.images.photo import Photo

WORKING_SIDE = 224
"""Longest side at which watermarks are looked for: they are large, and every direction has to be searched."""

ANGLES = (0, 30, 45, -30, -45)
"""Directions in which watermarks run, in degrees, rising to the right."""

FINEST = 0.7
"""Gaussian scale in pixels of a blur against the grain, in which faint strokes would drown."""

FAINTEST = 6
"""Least ink of a watermark's strokes, in levels of luma."""

OPACITY = (0.05, 0.6)
"""Between which a mark is see-through, as laid on in white if it is light and in black if it is dark."""

REPEATS = 4
"""Lines in one direction of which the nats are added up: most watermarks repeat."""


@cue(
    kind="artefact",
    question="Is there a watermark: see-through lettering across the picture?",
    unit="nats against chance",
    threshold=15.0,
    smallest_side=160,
)
def watermark(photo: Photo) -> float:
    """How surely see-through lettering runs across the picture.

    Why it matters: agencies and archives stamp their pictures, and what a class was collected from is what is
    written across it. A watermark in Chinese that the carton class of ImageNet carries moved most of the
    classifiers trained on it (Li 2023), and they look for it in other pictures too.

    How it is measured: the picture is laid level in five directions. In each, thin strokes are cut out as for
    the cue `text`, but faint ones too, and those that could be letters are chained on level baselines where they
    are alike in height, stroke and opacity: the share of the way to white (or black) by which a stroke lightens
    (or darkens) what is under it, the same all along a watermark. Opaque strokes are left out. The value is how
    far the best four lines of one direction together beat chance, in nats (Desolneux 2000).

    What it cannot show: logos without letters, curved or steep lettering, other directions, type lower than 1/40
    or higher than 1/6 of the image; on grounds as rough as the lettering it finds about every second one.
    Weathered or pale lettering of the scene passes too, in about 3 of a hundred everyday photographs.

    References: Z. Li et al., "A Whac-A-Mole dilemma: shortcuts come in multiples where mitigating one amplifies
    others", CVPR 2023. T. Dekel, M. Rubinstein, C. Liu, W. T. Freeman, "On the effectiveness of visible
    watermarks", CVPR 2017. A. Desolneux, L. Moisan, J.-M. Morel, "Meaningful alignments", International Journal
    of Computer Vision 40, 2000.
    """
    gray, pixel = resized(photo.luma, WORKING_SIDE)
    gray = cv2.GaussianBlur(gray, (0, 0), FINEST)
    laid = [_laid_level(gray, angle) for angle in ANGLES]
    return max(_nats(level, pixel, polarity) for level in laid for polarity in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT))


def _laid_level(gray: np.ndarray, angle: float) -> np.ndarray:
    """The picture turned so that what rises to the right by `angle` degrees runs level."""
    if not angle:
        return gray
    height, width = gray.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    return cv2.warpAffine(gray, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


def _nats(level: np.ndarray, pixel: float, polarity: int) -> float:
    """Nats by which the best see-through lines of one polarity beat chance."""
    marks = glyphs(level, strokes(level, polarity), min(pixel, 1.0), FAINTEST)
    stroke = marks.colour[:, 0]
    # How far white or black was away from the ground that the stroke was laid on.
    room = 255 - (stroke - marks.ink) if polarity == cv2.MORPH_TOPHAT else stroke + marks.ink
    opacity = marks.ink / np.maximum(room, 1)
    see_through = (opacity > OPACITY[0]) & (opacity < OPACITY[1])
    found = sorted(line.nats for line in lines(marks.among(see_through), opacity=opacity[see_through]))
    return max(sum(found[-REPEATS:]), 0.0) if found else 0.0


WORDS = ("SAMPLE", "PREVIEW", "COPYRIGHT", "(c) Photo", "STOCK", "Clinic", "DEMO", "Archive", "PROOF", "Hospital")
"""What watermarks say."""


@watermark.inserts(placebo=blurred)
def _impress(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """See-through type across the picture, once or many times; `amount` scales an opacity of 0.25 to 0.4."""
    height, width = rgb.shape[:2]
    side = max(height, width)
    tiled = rng.random() < 0.6
    capitals = max(side * (rng.uniform(0.05, 0.08) if tiled else rng.uniform(0.08, 0.12)), 8.0)
    wording = word(str(rng.choice(WORDS)), capitals, rng)
    wording = wording[: 2 * side, : 2 * side]
    if tiled:
        rows, columns = (
            round(n * rng.uniform(*r)) for n, r in zip(wording.shape, ((2, 3.5), (1.15, 1.5)), strict=True)
        )
        cell = place(wording, (rows, columns))
        sheet = np.tile(cell, (-(-2 * side // rows), -(-2 * side // columns)))[: 2 * side, : 2 * side]
    else:
        top, left = (side - extent // 2 for extent in wording.shape)
        sheet = place(wording, (2 * side, 2 * side), top, left)
    turn = cv2.getRotationMatrix2D((side, side), float(rng.choice(ANGLES)), 1.0)
    lower = 0.25 * height if not tiled and rng.random() < 0.3 else 0.0
    turn[:, 2] += (width / 2 - side, height / 2 - side + lower)
    coverage = cv2.warpAffine(sheet, turn, (width, height))
    colour = 255 if rgb.mean() < rng.uniform(150, 200) else 0
    changed = lay(rgb, coverage, np.full(3, colour), amount * rng.uniform(0.25, 0.4))
    return changed, touched(rgb, changed)
