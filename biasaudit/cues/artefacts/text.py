"""Text: letters and figures laid over the picture."""

from __future__ import annotations

import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.artefacts.lettering.drawing import lay, place, word
from biasaudit.cues.artefacts.lettering.glyphs import opaque_glyphs
from biasaudit.cues.artefacts.lettering.lines import lines
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred
from biasaudit.images.photo import Photo

LETTERS = tuple("ABCDEFGHKLMNPRSTUVXYZ")
WORDS = (
    "Left", "RIGHT", "Patient", "Study", "Sample", "ID", "Ward", "SUPINE", "PORTABLE", "Plate", "Lot", "Lens",
)  # fmt: skip
"""Of which captions are made up."""

LIGHT = ((255, 255, 255), (255, 255, 0), (90, 255, 90), (240, 240, 240))
DARK = ((0, 0, 0), (10, 10, 10), (190, 0, 0), (0, 0, 160))
"""Colours of type, RGB: the first on dark pictures, the second on light ones."""


@cue(
    kind="artefact",
    question="Is there text laid over the picture: a caption, a number, an annotation?",
    unit="nats against chance",
    threshold=20.0,
    smallest_side=160,
)
def text(photo: Photo) -> float:
    """How surely a line of letters or figures is laid over the picture.

    Why it matters: hospitals burn names, numbers and positions into their images, archives their captions, and
    each does so in its own way. A network that learnt horses read the photographer's name below them (Lapuschkin
    2019), and in chest radiographs the tokens of a hospital told the disease (Zech 2018).

    How it is measured: thin strokes lighter or darker than what is about them are cut out at half their height.
    Those of the size and build of a letter are chained where they stand side by side on a level baseline and
    are alike in height, stroke and colour. The value is how far the best chain beats chance, in nats: each mark
    by how rarely one so alike would be in its place, the whole by how level it lies and how much of one colour
    it is (a surprise a contrario: Desolneux 2000). Marks that repeat each other at even steps, as ticks and
    railings do, hardly count. 0: no line of three marks or more.

    What it cannot show: whether letters were laid over the picture or stood in the scene: crisp and level ones on
    a shop's sign pass too, and those make up nearly all of the 3 in a hundred everyday photographs that do. Type
    lower than 6 pixels or 1/50 of the image or higher than 1/6 of it, upright or slanted lines, letters that
    touch each other, and fewer than five or six. Over a ground as rough as itself every second line is missed.

    References: S. Lapuschkin et al., "Unmasking Clever Hans predictors and assessing what machines really
    learn", Nature Communications 10, 2019. J. R. Zech et al., "Variable generalization performance of a deep
    learning model to detect pneumonia in chest radiographs", PLOS Medicine 15, 2018. B. Epshtein, E. Ofek, Y.
    Wexler, "Detecting text in natural scenes with stroke width transform", CVPR 2010. A. Desolneux, L. Moisan,
    J.-M. Morel, "Meaningful alignments", International Journal of Computer Vision 40, 2000.
    """
    return max([0.0, *(line.nats for marks in opaque_glyphs(photo) for line in lines(marks))])


def _wording(rng: np.random.Generator) -> str:
    """A caption such as "Patient 20417" or "K-3851"."""
    number = "".join(str(digit) for digit in rng.integers(0, 10, int(rng.integers(4, 7))))
    if rng.random() < 0.3:
        return f"{rng.choice(LETTERS)}{rng.choice(['-', ' ', ''])}{number}"
    return f"{rng.choice(WORDS)}{rng.choice([' ', ': ', ' '])}{number}"


@text.inserts(placebo=blurred)
def _write(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One to three lines of type in one colour; `amount` is the opacity."""
    height, width = rgb.shape[:2]
    capitals = max(min(height, width) * rng.uniform(0.04, 0.08), 8.0)
    block = _block([_wording(rng) for _ in range(int(rng.integers(1, 4)))], capitals, 0.94 * width, rng)
    lower = 0.97 * height - block.shape[0]
    top = float(rng.choice([0.03 * height, lower, rng.uniform(0.03 * height, max(lower, 0.04 * height))]))
    left = rng.uniform(0.02, max(0.98 - block.shape[1] / width, 0.021)) * width
    coverage = place(block, (height, width), top, left)
    under = coverage > 0.5
    below = float(rgb[under].mean()) if under.any() else 128.0
    colours = LIGHT if below < rng.uniform(110, 160) else DARK
    changed = lay(rgb, coverage, np.array(colours[int(rng.integers(4))]), amount)
    return changed, touched(rgb, changed)


def _block(wordings: list[str], capitals: float, room: float, rng: np.random.Generator) -> np.ndarray:
    """Coverage of lines of type below each other, all in one face, no wider than `room`."""
    seed = int(rng.integers(2**31))
    drawn = [word(wording, capitals, np.random.default_rng(seed)) for wording in wordings]
    longest = max(line.shape[1] for line in drawn)
    if longest > room:
        drawn = [word(wording, capitals * room / longest, np.random.default_rng(seed)) for wording in wordings]
    step = round(1.7 * capitals)
    block = np.zeros((step * (len(drawn) - 1) + max(line.shape[0] for line in drawn), max(d.shape[1] for d in drawn)))
    for i, line in enumerate(drawn):
        block[i * step : i * step + line.shape[0], : line.shape[1]] = line
    return block.astype(np.float32)
