"""Colour mode: whether the file is in colour or grey, and how it holds its colours."""

from __future__ import annotations

import numpy as np

from biasaudit.cues.cue import cue
from biasaudit.images.photo import Photo

GREY_TOLERANCE = 2
"""Largest difference between two channels of a pixel that still counts as grey; rounding leaves so much."""

NAMES = {"1": "black and white", "L": "grey", "LA": "grey", "P": "palette", "PA": "palette", "CMYK": "CMYK"}
"""What the modes of the decoder are called, but those in colour and those of 16 bits."""


def _all_grey(rgb: np.ndarray) -> bool:
    red, green, blue = (rgb[..., channel].astype(np.int16) for channel in range(3))
    return bool(
        np.abs(red - green).max() <= GREY_TOLERANCE
        and np.abs(green - blue).max() <= GREY_TOLERANCE
        and np.abs(red - blue).max() <= GREY_TOLERANCE
    )


@cue(
    kind="file",
    question="Is one class stored in grey, in a palette or with transparency, and the other not?",
    unit="colour mode",
    words=True,
)
def colour_mode(photo: Photo) -> str:
    """Why it matters: scanners, archives, web graphics and screenshots each store colour in a way of their own.
    One class in grey and the other in colour is told apart without a look at the subject; a palette leaves bands
    and dots, and cut-out subjects keep their transparency.

    How it is measured: the mode of the file (grey, palette, CMYK, 16 bits, colour), "with transparency" where it
    can hold that, and "grey stored as colour" where a colour file has no pixel whose channels differ by over 2.

    What it cannot show: why an image is grey. A colour photograph of fog may be; a scan of a grey print that has
    yellowed is not (`saturation` and `colour_cast` see those). Whether transparency is used is not asked.

    References: Torralba & Efros 2011, Unbiased look at dataset bias, CVPR; Geirhos et al. 2018, Generalisation in
    humans and deep neural networks, NeurIPS (networks that learnt colour images fail on grey ones).
    """
    mode = photo.file.mode
    if mode.startswith("I;16"):
        name = "grey, 16 bits"
    elif mode in NAMES:
        name = NAMES[mode]
    else:
        name = "grey stored as colour" if _all_grey(photo.rgb) else "colour"
    return f"{name} with transparency" if photo.file.has_alpha else name
