"""Dark corners: the round aperture of a dermatoscope or microscope, or a lens that darkens towards the corners."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from biasaudit.cues.amounts import as_photo, touched
from biasaudit.cues.artefacts.frame import inside_of
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import smooth_field
from biasaudit.images.photo import Photo

SMALLEST, WORKING_SIDE = 16, 96
"""Images with a side below the first show nothing; all are squashed to a square of the second, as ellipses allow."""

STRETCHES = (0.72, 1.0, 1 / 0.72)
"""Width over height of the ellipses tried: a circle in a square, in a 3:2 or 4:3 picture, and turned upright."""

OFFSETS = ((0.0, 0.0), *((0.1 * np.cos(turn), 0.1 * np.sin(turn)) for turn in np.arange(8) * np.pi / 4))
"""Their centres, in half sides from the middle."""

RAYS_PER_SIDE = 16
"""Rays from a centre to points of each side of the frame, denser towards the corners."""

RADII = np.arange(0.5, 1.62, 0.04, dtype=np.float32)
"""Places on a ray, in half sides: the mean of the ellipse's two half axes."""

SMALLEST_RIM, RIM = 0.8, 3
"""The smallest ellipse tried, in half sides, and how many places within it must be bright."""

DARK_LEVEL = 8
"""Added to luma before the logarithm: below, black is black."""

OUTLIERS, OUTLIERS_OF_A_DISC = 0.25, 0.15
"""The share of rays that may disagree: less where most of the rays leave the ellipse within the picture, since a
thing on a black ground then looks much like an aperture."""

DISC = 0.6
"""The share of rays from which on an ellipse is such a disc."""

FEWEST_RAYS = 4
"""How many rays must leave an ellipse within the picture: at least some of a corner lies beyond it."""

SLACK = 0.2
"""Stops of fall-off that mean nothing even in a flawlessly even picture."""


@cache
def _rays() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where each ray is read, x and y in pixels, float32 (ellipses, rays, radii), and how many places are inside."""
    along = np.linspace(-1, 1, RAYS_PER_SIDE, endpoint=False) + 1 / RAYS_PER_SIDE
    along = np.sign(along) * np.abs(along) ** 0.6
    edge = np.ones_like(along)
    to_x = np.concatenate([along, edge, -along, -edge]) * (1 - 1 / WORKING_SIDE)
    to_y = np.concatenate([-edge, along, edge, -along]) * (1 - 1 / WORKING_SIDE)
    xs, ys, lengths = [], [], []
    for stretch in STRETCHES:
        for x, y in OFFSETS:
            reach = np.hypot((to_x - x) / np.sqrt(stretch), (to_y - y) * np.sqrt(stretch))
            part = RADII / reach[:, None]
            xs.append(x + part * (to_x - x)[:, None])
            ys.append(y + part * (to_y - y)[:, None])
            lengths.append((part <= 1).sum(axis=1))
    pixels = [((np.stack(axis) + 1) / 2 * WORKING_SIDE - 0.5).astype(np.float32) for axis in (xs, ys)]
    return pixels[0], pixels[1], np.maximum(np.stack(lengths), RIM + 1)


def _stops(gray: np.ndarray) -> np.ndarray:
    """Luma in stops (log2) along the rays, float32 (ellipses, rays, radii)."""
    small = cv2.resize(gray, (WORKING_SIDE, WORKING_SIDE), interpolation=cv2.INTER_AREA)
    xs, ys, _ = _rays()
    flat = (-1, len(RADII))
    light = cv2.remap(
        np.log2(small + DARK_LEVEL), xs.reshape(flat), ys.reshape(flat), cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
    )
    return light.reshape(xs.shape)


def _quantile(rows: np.ndarray, counts: np.ndarray, share: np.ndarray | float) -> np.ndarray:
    """In each sorted row the value below which `share` of its first `counts` values lie; rows: (..., values)."""
    places = np.minimum((share * counts).astype(int), counts - 1)
    return np.take_along_axis(rows, np.maximum(places, 0)[..., None], axis=-1)[..., 0]


@cache
def _leaving() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each radius tried: its place on a ray, and of each ray the places beyond it and the last of the rim.

    int (radii, 1, 1) and twice int (radii, ellipses, rays).
    """
    lengths = _rays()[2]
    radius = np.arange(int(np.searchsorted(RADII, SMALLEST_RIM)), len(RADII) - 1)[:, None, None]
    beyond = lengths - (radius + 1)  # the place at the radius itself is left to a soft edge
    some = ((beyond >= 1).sum(axis=2) >= FEWEST_RAYS).any(axis=1)
    return radius[some], beyond[some], np.minimum(lengths, radius)[some] - RIM


def _fall_off(stops: np.ndarray) -> float:
    """The best ellipse's fall-off: how far all outside is darker than all of the rim, against their own variation."""
    lengths = _rays()[2]
    sums = np.cumsum(stops, axis=2)
    whole = np.take_along_axis(sums, lengths[..., None] - 1, axis=2)[..., 0]
    # the darkest of the last few places up to each
    rims = np.minimum.reduce([stops[..., RIM - 1 - k : stops.shape[2] - k] for k in range(RIM)])
    radius, beyond, last = _leaving()
    inside = np.moveaxis(np.take_along_axis(rims, np.moveaxis(last, 0, 2), axis=2), 2, 0)
    outside = (whole - np.moveaxis(sums[..., radius.ravel()], 2, 0)) / np.maximum(beyond, 1)
    return _separation(inside, outside.astype(np.float32), beyond >= 1)


def _separation(inside: np.ndarray, outside: np.ndarray, leaves: np.ndarray) -> float:
    """How far `outside` stays below `inside` for the best ellipse, in their variation; all (radii, ellipses, rays).

    `leaves` says which rays leave the ellipse within the picture.
    """
    count = leaves.sum(axis=2)
    rays = np.full(count.shape, inside.shape[2])
    out = np.where(count > DISC * rays, OUTLIERS_OF_A_DISC, OUTLIERS)
    rim, bright, dark, drop = np.sort(
        [inside, *(np.where(leaves, values, np.float32(1e3)) for values in (inside, outside, inside - outside))],
        axis=-1,
    )
    step = np.minimum(
        _quantile(rim, rays, out) - _quantile(dark, count, 1 - out),
        _quantile(drop, count, out),
    )
    spread = sum(_quantile(values, count, 0.85) - _quantile(values, count, 0.15) for values in (bright, dark))
    fall_off = np.where(count >= FEWEST_RAYS, step / (SLACK + spread), 0).max()
    return round(max(float(fall_off), 0.0), 4)  # so that the rounding of equal values is no fall-off


@cue(
    kind="artefact",
    question="Are the corners dark, as behind a round aperture or from a lens that vignettes?",
    unit="fall-off over variation",
    threshold=0.5,
    smallest_side=64,
)
def dark_corner(photo: Photo) -> float:
    """How surely the corners are darker than the middle, beyond an ellipse around it.

    Why it matters: dermatoscopes, microscopes, endoscopes and fundus cameras look through a round aperture, and
    many lenses vignette. The black corners belong to the instrument and thereby to the clinic; skin-lesion
    networks were shown to use them, and to change their mind when they are covered (Sies 2021, Bissoto 2020).

    How it is measured: ellipses of several sizes and proportions are laid about the middle, and rays are read from
    there to the frame, in stops. For each ellipse, the step is how far the bright side of what lies beyond it
    stays below the dark side of the rim within it, rim at the frame's sides included (so that a letterbox does
    not count); up to a quarter of the rays may disagree. The step is divided by 0.2 stops plus the variation along
    the arc and beyond it. The value is the best ellipse's; this is Daugman's operator for the outline of the iris,
    made robust. 0: the corners are not darker. The threshold is set where 2 to 3 in a hundred everyday
    photographs pass: there, too, lenses vignette, and a lit subject may stand before a dark ground.

    What it cannot show: whether an even, soft fall-off comes from the lens or from the light; apertures smaller than
    0.8 of the picture's half side or far from its middle; dark corners of a picture whose rim is dark as well. A
    weak vignette in a busy scene raises the value but often stays below the threshold.

    References: J. Daugman, "High confidence visual recognition of persons by a test of statistical independence",
    IEEE Transactions on Pattern Analysis and Machine Intelligence 15, 1993. A. Bissoto, E. Valle, S. Avila,
    "Debiasing skin lesion datasets and models? Not so fast", CVPR Workshops 2020. K. Sies et al., "Dark corner
    artefact and diagnostic performance of a market-approved neural network for skin cancer classification",
    Journal der Deutschen Dermatologischen Gesellschaft 19, 2021.
    """
    picture = inside_of(photo.rgb)  # a frame around an aperture hides it, and the corners of one look a little like it
    if min(picture.shape[:2]) < SMALLEST:
        return 0.0
    framed = picture.shape != photo.rgb.shape
    return _fall_off(_stops(as_photo(picture).gray if framed else photo.gray))


@dark_corner.inserts(placebo=smooth_field)
def _darken(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A round aperture with a sharp or blurred rim, or a soft vignette; `amount` is its opacity."""
    height, width = rgb.shape[:2]
    grid = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    light, black = _vignette(grid, rng) if rng.random() < 0.25 else _aperture(grid, width / height, rng)
    light = 1 - amount * (1 - light[..., None])
    changed = np.clip(np.rint(rgb * light + black * (1 - light)), 0, 255).astype(np.uint8)
    return changed, touched(rgb, changed)


def _vignette(grid: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Light that falls towards the corners, which lose 40 to 80%, and the black level, 0."""
    radius = np.hypot(*grid) / np.sqrt(2)
    return 1 - rng.uniform(0.4, 0.8) * radius ** rng.uniform(2, 4), 0.0


def _aperture(grid: np.ndarray, aspect: float, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Light within an ellipse near the middle that leaves at least two corners dark, and the black beyond it."""
    turn, offset = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.12)
    # a circle in the picture as it is, or in one that was squashed from 4:3 or 3:4
    stretch = np.sqrt(1 / np.clip(aspect, 0.5, 2) if rng.random() < 0.5 else rng.choice([1.0, 0.75, 4 / 3]))
    rows, columns = grid[0] - offset * np.sin(turn), grid[1] - offset * np.cos(turn)
    radius = np.hypot(rows * stretch, columns / stretch)
    corners = np.sort(radius[[0, 0, -1, -1], [0, -1, 0, -1]])
    rim = max(rng.uniform(0.66, 0.94) * float(corners[2]), 0.85)
    soft = rng.choice([0.01, 0.03, 0.08])
    return 1 / (1 + np.exp(np.clip((radius - rim) / (soft / 2), -30, 30))), rng.uniform(0, 30)
