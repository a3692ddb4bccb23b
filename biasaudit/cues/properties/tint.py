"""Tint: a green or magenta cast, the one that the warm-cool axis does not see."""

from __future__ import annotations

import numpy as np

from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import opposite_halves
from biasaudit.cues.properties.white_balance import axis_at, balanced, cast_along
from biasaudit.images.photo import Photo

MAGENTA = axis_at(-10)
"""The axis in the plane of a* and b* at right angles to that of `colour_cast`; positive is magenta."""

MAGENTA_GAIN = np.array([0.0110, -0.0058, 0.0008], np.float32)
"""Log gains of red, green and blue that move a middle grey by one unit along `MAGENTA`, at an equal luma."""


@cue(
    kind="property",
    question="Is one class tinted greener or more magenta than the others?",
    unit="CIE L*a*b* units along the green-magenta axis (positive is magenta)",
)
def tint(photo: Photo) -> float:
    """Why it matters: fluorescent tubes, old film, stains and displays leave a green or a magenta tint. Cameras
    set it by a knob of its own beside the colour temperature, and each maker sets it otherwise.

    How it is measured: the mean a* and b* of all pixels (the grey-world estimate of the light) projected on the
    axis at right angles to that of `colour_cast`, 10 degrees off a* towards blue: -10 is green, +10 magenta.

    What it cannot show: warm and cool casts, which are `colour_cast`; opposite casts within one class, which
    cancel; and whether the light or the subject is tinted. A meadow is green and skin is magenta under any lamp.

    References: Buchsbaum 1980, A spatial processor model for object colour perception, Journal of the Franklin
    Institute 310; Afifi & Brown 2019, What else can fool deep learning?, ICCV; Tellez et al. 2019, Quantifying the
    effects of data augmentation and stain color normalization in convolutional neural networks for computational
    pathology, Medical Image Analysis 58.
    """
    return cast_along(photo, MAGENTA)


@tint.inserts(directions=(1, -1), placebo=opposite_halves)
def _tint(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One gain per channel, as a wrong white balance has it (von Kries)."""
    return balanced(rgb, amount, tint.measure, MAGENTA_GAIN)
