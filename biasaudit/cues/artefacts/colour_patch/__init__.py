"""Colour patches: round stickers and calibration discs laid beside the subject."""

from __future__ import annotations

import cv2

from biasaudit.cues.artefacts.colour_patch.drawing import draw_patch
from biasaudit.cues.artefacts.colour_patch.outline import roundness
from biasaudit.cues.artefacts.colour_patch.regions import flat_regions
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred
from biasaudit.cues.resizing import with_longest_side
from biasaudit.images.photo import Photo

SMALLEST, WORKING_SIDE = 32, 128
"""Images with a side below the first show no patch; the longest side is brought to the second."""


@cue(
    kind="artefact",
    question="Does a coloured sticker or a calibration disc lie in the picture?",
    unit="colour step along a round outline, CIE a*b*",
    threshold=10.0,
    smallest_side=32,
)
def colour_patch(photo: Photo) -> float:
    """How surely a disc of one flat colour, unlike the rest, lies in the picture or reaches into it.

    Why it matters: where images come from several clinics, stickers and calibration discs come from one. In the
    large public collection of dermoscopic images, bright round patches lie in nearly half of the benign pictures
    of one source and in none of the malignant ones: a network that learns them calls every lesion beside a sticker
    benign, and its explanations point at the sticker (Rieger 2020).

    How it is measured: from the flattest places whose hue is farthest from the picture's median, regions of one
    colour are grown. A circle is fitted to the part of each outline that is not the frame's. The value is the
    step in a*b* across the outline where it is weak (15% of it may be weaker), multiplied by how near the outline
    comes to the circle, how far region and disc are the same, and how little of the rest has the same hue; the
    best region counts. 0: no such region.

    What it cannot show: square patches of a colour chart, which look like signs and windows; discs cut off to less
    than a sixth of the picture's side; patches of nearly the subject's hue, and grey ones on a pale subject. A ball,
    a lamp or a round sign of one bright colour is found as well: no outline tells a disc that was laid there.

    References: L. Rieger, C. Singh, W. J. Murdoch, B. Yu, "Interpretations are useful: penalizing explanations to
    align neural networks with prior knowledge", ICML 2020. I. Kasa, "A circle fitting procedure and its error
    analysis", IEEE Transactions on Instrumentation and Measurement 25, 1976.
    """
    if min(photo.luma.shape) < SMALLEST:
        return 0.0
    lab = with_longest_side(photo.lab, WORKING_SIDE, up=cv2.INTER_LINEAR)
    return max((roundness(region, lab) for region in flat_regions(lab)), default=0.0)


colour_patch.inserts(placebo=blurred)(draw_patch)
