"""Background texture: how strongly patterned the picture is around its subject."""

from __future__ import annotations

import math

import cv2
import numpy as np

from biasaudit.cues.amounts import move_by, touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import smooth_field
from biasaudit.cues.properties.roughness import OUTER, outside, roughness
from biasaudit.images.photo import Photo

SMOOTH_SHARE = 0.25
"""The quantile of the tiles along the edge: a pattern fills them all, things that the edge cuts only some."""

WAVELENGTHS = 1 / 28, 1 / 14
"""Range of the inserted pattern's period, as a share of the longest side; at least `SHORTEST` pixels."""

SHORTEST = 5.0


@cue(
    kind="property",
    question="Is the background of one class more strongly patterned?",
    unit="standard deviation of luma at middle scales, 0 to 255",
)
def background_texture(photo: Photo) -> float:
    """Why it matters: the cloth, the table, the grass or the wall behind a subject belongs to the place. Networks
    tell cows by the meadow and huskies by the snow, and fail where the background is another.

    How it is measured: luma between two scales, 0.7 pixels and 1/64 of the side (2 to 4 pixels), at no more than
    256 pixels a side; its standard deviation in each of the 28 tiles of a grid of eight by eight that lie along
    the edge, less what noise and rounding put there. The number is their lower quartile: a weave, stripes,
    checks or dots fill every tile, while things that the edge cuts fill only some.

    What it cannot show: which pattern it is, patterns broader than about a tenth of the side, and those that show
    on less than three quarters of the edge. Finer ones than 2 pixels are taken for noise unless the middle is
    free of them. A subject that fills the picture is its own background. NaN where a side is below 16 pixels.

    References: Beery, Van Horn & Perona 2018, Recognition in terra incognita, ECCV; Ribeiro, Singh & Guestrin 2016,
    "Why should I trust you?", KDD; Xiao et al. 2021, Noise or signal: the role of image backgrounds in object
    recognition, ICLR.
    """
    tiles = roughness(photo)
    return math.nan if tiles is None else float(np.quantile(tiles[OUTER], SMOOTH_SHARE))


def _pattern(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Soft stripes, checks, dots or a weave at any angle, float (height, width), from about -1 to 1."""
    period = max(rng.uniform(*WAVELENGTHS) * max(shape), SHORTEST)
    angle, kind = rng.uniform(0, np.pi), rng.choice(["stripes", "checks", "dots", "weave"])
    if kind == "weave":
        grit = cv2.GaussianBlur(rng.standard_normal(shape), (0, 0), period / 5)
        return np.asarray(np.clip(grit / max(float(grit.std()), 1e-6), -2, 2) / 2)
    rows, columns = np.mgrid[: shape[0], : shape[1]] * (2 * np.pi / period)
    along = np.sin(np.cos(angle) * rows + np.sin(angle) * columns + rng.uniform(0, 2 * np.pi))
    across = np.sin(np.cos(angle) * columns - np.sin(angle) * rows + rng.uniform(0, 2 * np.pi))
    if kind == "stripes":
        return np.asarray(along)
    return np.asarray(along * across if kind == "checks" else 2 * np.maximum(along + across - 1, 0) - 0.5)


@background_texture.inserts(placebo=smooth_field)
def _weave(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A soft pattern over all that lies outside a central ellipse."""
    height, width = rgb.shape[:2]
    pattern = (_pattern((height, width), rng) * outside((height, width)))[..., None]

    def weave(strength: float) -> np.ndarray:
        return np.clip(np.rint(rgb + strength * pattern), 0, 255).astype(np.uint8)

    changed = move_by(abs(amount), rgb, background_texture.measure, weave, strongest=150)
    return changed, touched(rgb, changed)
