"""Colour cast: a tint that lies over the whole image."""

from __future__ import annotations

import numpy as np

from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import opposite_halves
from biasaudit.cues.properties.white_balance import axis_at, balanced, cast_along
from biasaudit.images.photo import Photo

WARM = axis_at(80)
"""The axis in the plane of a* and b* along which a cast is measured; positive is warm."""

WARM_GAIN = np.array([0.0113, -0.0016, -0.0168], np.float32)
"""Log gains of red, green and blue that move a middle grey by one unit along `WARM`, at an equal luma."""


@cue(
    kind="property",
    question="Is one class tinted warmer or cooler than the others?",
    unit="CIE L*a*b* units along the warm-cool axis (positive is warm)",
)
def colour_cast(photo: Photo) -> float:
    """Why it matters: white balance and lamp tint every pixel alike. Tungsten against daylight, one dermatoscope
    against another, stained slides of two laboratories: a class from one of them is known by its tint.

    How it is measured: the mean a* and b* of all pixels (the grey-world estimate of the light) projected on one
    axis, at 80 degrees from +a*. From daylight to tungsten a white moves at 68 degrees, and a pure b* axis is at
    90; at 80, an equal cast of red, yellow, green, cyan, blue or magenta each moves the number by more than a
    third of its size. No single axis does much better for its least visible colour.

    What it cannot show: a cast at right angles to the axis (towards purple-red or blue-green, 10 degrees off
    a*), which leaves it unmoved and which `tint` sees; opposite casts within one class, which cancel; and whether
    the light or the subject is tinted. A field of wheat is warm under any lamp.

    References: Buchsbaum 1980, A spatial processor model for object colour perception, Journal of the Franklin
    Institute 310; Barata et al. 2015, Improving dermoscopy image classification using color constancy, IEEE
    Journal of Biomedical and Health Informatics 19; Afifi & Brown 2019, What else can fool deep learning?, ICCV.
    """
    return cast_along(photo, WARM)


@colour_cast.inserts(directions=(1, -1), placebo=opposite_halves)
def _tint(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One gain per channel, as a wrong white balance has it (von Kries)."""
    return balanced(rgb, amount, colour_cast.measure, WARM_GAIN)
