"""Corner tag: a small logo, label or marker in a corner of the picture."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.artefacts.lettering.drawing import lay, place, word
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred
from biasaudit.images.photo import Photo

REACH, WINDOW = 0.33, 72
"""Each corner is looked at as a square of this share of the shorter side, reduced to so many pixels at most."""

N_SEEDS = 11
"""Seeds along each side of that square, from which regions of one colour are grown."""

TOLERANCE = 32
"""Largest difference in any channel from the seed's colour; JPEG rings by about so much."""

LEAST, MOST, SLIMMEST = 0.1, 0.75, 1 / 3
"""Sides of a tag as shares of the square's, and the least ratio of one to the other."""

SOLID = 0.35
"""Least share of a tag that is of the one colour, the rest being a letter or a sign on it."""

RECTANGULAR, ROUND = 0.9, 0.06
"""A rectangle covers at least the first of its box; a disc covers pi/4 of it, give or take the second."""

THIN = 0.2
"""A bare letter's strokes: half their width is less than this share of its height."""

BARE, CUT_OFF = 0.5, 0.7
"""Weights of a letter without a ground, and of a tag at the frame, whose outline is only partly seen."""

CALM = 6.0
"""Standard deviation of its colour, in levels, that halves the value of a tag."""


@cue(
    kind="artefact",
    question="Is there a small logo, label or marker in a corner?",
    unit="levels of contrast along the whole outline",
    threshold=29.0,
    smallest_side=48,
)
def corner_tag(photo: Photo) -> float:
    """How sharply the clearest tag in a corner stands out all around.

    Why it matters: the lead letters L and R on radiographs, a hospital's token, a channel's logo or a scanner's
    sticker tell where a picture comes from. A network for chest radiographs told the hospital by such tokens
    and from it the disease (Zech 2018); they lie at one place, which makes them the easiest of all shortcuts.

    How it is measured: in each corner, regions of one colour are grown from a grid of seeds. A tag is a small
    one that lies wholly within the corner and fills a rectangle or a disc, with or without a sign upon it, or is
    a bare letter of thin strokes. The value is the contrast that nine tenths of its outline have at least, in
    levels of the channel that differs most, less where the inside is not of one colour. 0: nothing of the kind.

    What it cannot show: tags of many colours, slanted or see-through ones, those larger than a quarter of the
    image or smaller than 1/30 of it, and letters on a ground nearly their own colour. Windows, signs and lamps
    that happen to be in a corner pass in about 3 of a hundred everyday photographs.

    References: J. R. Zech et al., "Variable generalization performance of a deep learning model to detect
    pneumonia in chest radiographs", PLOS Medicine 15, 2018. A. J. DeGrave, J. D. Janizek, S.-I. Lee, "AI for
    radiographic COVID-19 detection selects shortcuts over signal", Nature Machine Intelligence 3, 2021.
    """
    rgb = photo.rgb
    reach = round(REACH * min(rgb.shape[:2]))
    if reach < N_SEEDS:
        return 0.0
    best = 0.0
    for turned in (rgb, rgb[::-1], rgb[:, ::-1], rgb[::-1, ::-1]):
        corner = np.ascontiguousarray(turned[:reach, :reach])
        if reach > WINDOW:
            corner = cv2.resize(corner, (WINDOW, WINDOW), interpolation=cv2.INTER_AREA)
        best = max(best, _clearest(corner))
    return best


def _clearest(corner: np.ndarray) -> float:
    """Value of the clearest tag in a corner; the frame is above and on the left."""
    side = corner.shape[0]
    grown = np.zeros((side + 2, side + 2), np.uint8)
    seeds = np.unique(np.linspace(1, 0.85 * side, N_SEEDS).astype(int))
    best, number = 0.0, 0
    within = (TOLERANCE,) * 3
    for y in seeds:
        for x in seeds:
            if grown[y + 1, x + 1]:
                continue
            number += 1
            flags = 4 | (number << 8) | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY
            box = cv2.floodFill(corner, grown, (int(x), int(y)), 0, within, within, flags)[3]
            left, top, width, height = box
            inside = left + width < side - 1 and top + height < side - 1
            large, small = max(width, height) / side, min(width, height) / side
            if inside and small >= LEAST and large <= MOST and small >= SLIMMEST * large:
                around = slice(max(top - 2, 0), top + height + 2), slice(max(left - 2, 0), left + width + 2)
                region = (grown[1:-1, 1:-1][around] == number).astype(np.uint8)
                value = _contrast(corner[around], region)
                if value > best:
                    best = max(best, value * _shape(region, (height, width), cut_off=left == 0 or top == 0))
    return best


def _filled(region: np.ndarray) -> np.ndarray:
    """The region with its holes."""
    outline, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros_like(region), outline, -1, 1, -1)


def _contrast(patch: np.ndarray, region: np.ndarray) -> float:
    """Contrast that nine tenths of the outline have, less where the inside is not calm."""
    colours = patch[region > 0].astype(np.float32)
    whole = _filled(region)
    # One pixel further out: the outline itself is half of each colour.
    ring = cv2.dilate(whole, np.ones((5, 5), np.uint8)) - cv2.dilate(whole, np.ones((3, 3), np.uint8))
    outside = patch[ring > 0].astype(np.float32)
    if len(outside) < 8:
        return 0.0
    contrast = np.abs(outside - np.median(colours, axis=0)).max(axis=1)
    return float(np.quantile(contrast, 0.1) / (1 + colours.std(axis=0).mean() / CALM))


def _shape(region: np.ndarray, extent: tuple[int, int], *, cut_off: bool) -> float:
    """Weight of a region by its shape: 0 where it is none of a tag's."""
    height, width = extent
    covered = float(_filled(region).sum()) / (height * width)
    solid = region.sum() >= SOLID * covered * height * width
    coarse = 0.5 / min(extent)
    disc = abs(covered - np.pi / 4) < ROUND + coarse and max(extent) < 1.25 * min(extent)
    if solid and (covered > RECTANGULAR or disc):
        return CUT_OFF if cut_off else 1.0
    if cut_off:
        return 0.0
    half_stroke = cv2.distanceTransform(np.pad(region, 1), cv2.DIST_L2, 3).max()
    return BARE if half_stroke < THIN * max(extent) else 0.0


STYLES = {"square": 0.25, "disc": 0.2, "label": 0.35, "logo": 0.12, "letter": 0.08}
"""How often each kind of tag is drawn; the last is a bare L or R."""

COLOURS = np.array(
    [(255, 255, 255), (0, 0, 0), (220, 20, 30), (20, 60, 200), (10, 140, 60), (250, 210, 0), (30, 160, 220)]
)
"""Colours of tags, RGB."""


@corner_tag.inserts(placebo=blurred)
def _pin(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A square, a disc, a boxed letter, a sign or a bare L or R in one of the corners; `amount` is its opacity."""
    height, width = rgb.shape[:2]
    size = max(round(min(height, width) * rng.uniform(0.08, 0.14)), 6)
    style = str(rng.choice(list(STYLES), p=list(STYLES.values())))
    long = round(1.5 * size) if style in ("square", "label") and rng.random() < 0.3 else size
    margin = round(float(rng.choice([0.0, 0.02, 0.04, 0.06])) * min(height, width))
    margin = max(margin, 2) if style == "letter" else margin
    top = margin if rng.random() < 0.5 else height - margin - size
    left = margin if rng.random() < 0.5 else width - margin - long
    under = rgb[max(top, 0) : top + size, max(left, 0) : left + long].reshape(-1, 3)
    below = under.mean(axis=0) if under.size else np.full(3, 128.0)
    foreign = np.flatnonzero(np.abs(COLOURS - below).max(axis=1) > 90)
    ground = COLOURS[rng.choice(foreign)]
    body, sign = _tag(style, size, long, rng)
    if style == "letter":  # lead letters are white; on a white ground they would not be seen
        ground = COLOURS[0] if below.mean() < 170 else COLOURS[1]
    ink = COLOURS[0] if ground @ (0.3, 0.59, 0.11) < 140 else COLOURS[1]
    changed = lay(rgb, place(body, (height, width), top, left), ground, amount)
    changed = lay(changed, place(sign, (height, width), top, left), ink, amount)
    return changed, touched(rgb, changed)


def _tag(style: str, size: int, long: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Coverage of a tag's ground, and of the sign upon it."""
    body: np.ndarray = np.ones((size, long), np.float32)
    sign: np.ndarray = np.zeros_like(body)
    if style == "letter":
        return word(str(rng.choice(["L", "R"])), size, rng), sign
    if style == "disc":
        fine = cv2.circle(np.zeros((8 * size, 8 * size), np.uint8), (4 * size, 4 * size), 4 * size, 255, -1)
        body = cv2.resize(fine, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    if style == "label" or (style == "disc" and rng.random() < 0.4):
        letter = word(str(rng.choice(list("LRAHBX+"))), 0.55 * size, rng)
        sign = place(letter, sign.shape, (size - letter.shape[0]) / 2, (long - letter.shape[1]) / 2)
    if style == "label" and rng.random() < 0.5:
        edge = max(round(size / 12), 1)
        sign[:edge] = sign[-edge:] = sign[:, :edge] = sign[:, -edge:] = 1
    if style == "logo":
        cv2.rectangle(sign, (size // 4, size // 4), (size - size // 4 - 1, size - size // 4 - 1), 1.0, -1)
    return body, sign
