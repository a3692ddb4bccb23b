"""Skin tone: the individual typology angle of the skin around the subject. Measured only where the user asks for it."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.cue import cue
from biasaudit.images.photo import Photo
from biasaudit.results import say

INNER, OUTER = 0.55, 1.0
"""The ring that is looked at, as shares of the half axes: the subject lies inside, dark corners outside."""
RED, BLUE = (135.0, 180.0), (77.0, 127.0)
"""Cr and Cb, 0 to 255, between which a colour may be skin (Chai & Ngan 1999)."""
SEEN = (12.0, 97.0)
"""Lightness, 0 to 100, outside which a pixel is shadow or glare."""
LEAST = 0.2
"""Share of the ring that must look like skin."""
CATEGORIES = ((-30.0, "dark"), (10.0, "brown"), (28.0, "tan"), (41.0, "intermediate"), (55.0, "light"))
"""Up to which angle each category reaches; beyond the last it is very light (Del Bino & Bernerd 2013)."""
LIMITS = say(
    "Estimated from the pixels by the individual typology angle, which lighting, camera and white balance move, and "
    "which tells light skins apart better than dark ones. It is a measure of these pictures, and says nothing of "
    "anybody's race or origin."
)
"""To be printed wherever a skin tone is shown."""


def category(angle: float) -> str:
    """The name of an angle, -90 to 90 degrees: very light, light, intermediate, tan, brown, dark; "" of NaN."""
    if not np.isfinite(angle):
        return ""
    return next((name for end, name in CATEGORIES if angle <= end), "very light")


@cue(kind="property", question="Is one class shown on lighter skin?", unit="degrees, -90 to 90")
def skin_tone(photo: Photo) -> float:
    """Why it matters: photographs of lesions were mostly collected on light skin, and a model that has seen no other is
    wrong on others, and nobody can tell from its overall accuracy.

    How it is measured: the individual typology angle, arctan((L* - 50) / b*), of the median of those pixels that look
    like skin, in a ring around the middle of the picture, between 55% and 100% of its half axes. NaN where less than
    a fifth of the ring looks like skin. The angle has six named ranges, from very light (above 55 degrees) to dark
    (below -30).

    What it cannot show: lighting, camera and white balance move it; it tells light skins apart better than dark ones;
    redness and hair disturb it. It is no guess of race, sex or age, and is never one.

    References: Chardon et al. 1991, Skin colour typology and suntanning pathways; Del Bino & Bernerd 2013; Kinyanjui
    et al. 2020, Fairness of classifiers across skin tones in dermatology; Chai & Ngan 1999 (skin colours).
    """
    height, width = photo.rgb.shape[:2]
    down, across = np.ogrid[:height, :width]
    radius = np.hypot((down + 0.5) / height * 2 - 1, (across + 0.5) / width * 2 - 1)
    ring = (radius >= INNER) & (radius <= OUTER)
    if not ring.any():  # a picture of one pixel
        return float("nan")
    lab = cv2.cvtColor(photo.rgb[ring][None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    red, green, blue = photo.rgb[ring].astype(np.float32).T
    cr = 128 + 0.5 * red - 0.4187 * green - 0.0813 * blue
    cb = 128 - 0.1687 * red - 0.3313 * green + 0.5 * blue
    skin = (cr >= RED[0]) & (cr <= RED[1]) & (cb >= BLUE[0]) & (cb <= BLUE[1])
    skin &= (lab[:, 0] >= SEEN[0]) & (lab[:, 0] <= SEEN[1])
    if skin.mean() < LEAST:
        return float("nan")
    lightness, _, yellow = np.median(lab[skin], axis=0)
    return float(np.degrees(np.arctan2(lightness - 50, max(yellow, 1e-6))))
