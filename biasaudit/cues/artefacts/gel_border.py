"""Gel borders: the shining rim of immersion gel or of a fluid film that ends within the picture."""

from __future__ import annotations

import math

import cv2
import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred
from biasaudit.cues.resizing import with_longest_side
from biasaudit.cues.vectors import magnitude
from biasaudit.images.photo import Photo

SMALLEST, WORKING_SIDE = 48, 224
"""Images with a side below the first show nothing; the longest side is brought to the second."""

LINE_WIDTH = 1.6
"""Scale in pixels of the working image at which lines are looked for: wider than most hairs."""

FAINTEST = 0.5
"""Least curvature of lightness across a line, in L* per squared scale."""

SIDE_STEP, SAME_SIDES = 7, 6.0
"""How many pixels off a line its sides are compared, and their largest mean difference in CIE L*a*b*: a film is
clear, so that the same ground lies on both sides of its rim, which is not so at most outlines."""

MOST = 1000
"""So many places on lines, the most marked ones, are used."""

RADII = (0.25, 0.33, 0.45, 0.6, 0.8, 1.1)
"""Radii of the arcs looked for, in longest sides: larger than bubbles, more bent than rulers and folds."""

BEARINGS, DISTANCES, REACH = 72, 48, 0.6
"""Steps of the bearing of an arc's centre and of the arc's distance from the picture's middle, and the largest such
distance, in longest sides."""

SHORTEST = 0.3
"""The shortest arc within the picture, in longest sides."""

TOLERANCES = (9.0, 9.0, 7.0, 7.0, 5.0, 3.0, 1.6)
"""Pixels that lines may lie off a circle, from the first guess to the last."""

FEWEST = 10
"""Places on lines from which on a circle is fitted to them."""

STEP = 2.0
"""Pixels of the working image between two places on an arc: lines are wider, so that nearer ones are no news."""


def _line_strength(light: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Curvature of the lightness across bright lines (positive), and the angle across them."""
    smooth = cv2.GaussianBlur(light, (0, 0), LINE_WIDTH)
    unit = LINE_WIDTH**2 / 4
    xx, yy, xy = (unit * cv2.Sobel(smooth, cv2.CV_32F, *order) for order in ((2, 0), (0, 2), (1, 1)))
    strength = magnitude((xx - yy) / 2, xy) - (xx + yy) / 2
    return strength, 0.5 * np.arctan2(2 * xy, xx - yy) + np.float32(np.pi / 2)


def _crests(strength: np.ndarray, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The middle of each line: rows and columns, and the unit vectors across it."""
    rows, columns = np.nonzero(strength > FAINTEST)
    down, right = np.sin(angle[rows, columns]), np.cos(angle[rows, columns])
    here = strength[rows, columns]
    highest = np.ones(len(rows), bool)
    for way in (1, -1):
        highest &= here >= _at(strength, rows + way * down, columns + way * right)
    return rows[highest], columns[highest], down[highest], right[highest]


def _at(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The nearest pixels' values, those of the frame beyond it."""
    height, width = image.shape[:2]
    return image[np.clip(np.rint(rows).astype(int), 0, height - 1), np.clip(np.rint(columns).astype(int), 0, width - 1)]


def _clear_lines(lab: np.ndarray) -> tuple[np.ndarray, ...]:
    """Rows, columns and unit vectors across (down, right) of the lines with the same ground on both sides."""
    bright, angle = _line_strength(np.ascontiguousarray(lab[..., 0]))
    ground = cv2.GaussianBlur(lab, (0, 0), LINE_WIDTH)
    rows, columns, down, right = _crests(bright, angle)
    one, other = (_at(ground, rows + way * SIDE_STEP * down, columns + way * SIDE_STEP * right) for way in (1, -1))
    lighter = ground[rows, columns, 0] > np.maximum(one[:, 0], other[:, 0])  # not the flank of a dark line
    same = np.flatnonzero(lighter & (np.linalg.norm(one - other, axis=1) < SAME_SIDES))
    best = same[np.argsort(-bright[rows[same], columns[same]], kind="stable")[:MOST]]
    return tuple(part[best].astype(np.float32) for part in (rows, columns, down, right))


def _candidates(lines: tuple[np.ndarray, ...], shape: tuple[int, int]) -> np.ndarray:
    """The circle with most votes for each radius: row and column of its centre, and radius, in pixels; (radii, 3).

    Each place on a line votes for the circles that it would lie on, one on either side.
    """
    rows, columns, down, right = lines
    side, found = max(shape), []
    for share in RADII:
        radius, votes = share * side, np.zeros(BEARINGS * DISTANCES)
        for way in (1, -1):
            y, x = rows - shape[0] / 2 + way * radius * down, columns - shape[1] / 2 + way * radius * right
            distance = (np.hypot(y, x) - radius) / (REACH * side)
            near = np.abs(distance) < 1
            bearing = ((np.arctan2(y, x)[near] / (2 * np.pi) % 1) * BEARINGS).astype(int) % BEARINGS
            ring = ((distance[near] + 1) / 2 * DISTANCES).astype(int)
            votes += np.bincount(bearing * DISTANCES + ring, minlength=len(votes))
        table = cv2.blur(np.pad(votes.reshape(BEARINGS, DISTANCES), ((1, 1), (0, 0)), mode="wrap"), (3, 3))[1:-1]
        step, place = divmod(int(table.argmax()), DISTANCES)
        angle = (step + 0.5) / BEARINGS * 2 * np.pi
        away = radius + ((place + 0.5) / DISTANCES * 2 - 1) * REACH * side
        found.append((shape[0] / 2 + away * math.sin(angle), shape[1] / 2 + away * math.cos(angle), radius))
    return np.array(found, np.float32)


def _fit(lines: tuple[np.ndarray, ...], circles: np.ndarray) -> np.ndarray:
    """The circles through the lines near roughly known ones, by least squares; float (circles, 3), as given."""
    for tolerance in TOLERANCES[:-1]:
        on = _on(lines, circles, tolerance)
        enough = on.sum(axis=1) >= FEWEST
        y, x = lines[0] - circles[:, :1], lines[1] - circles[:, 1:2]
        # along the circle's own radius the equation is linear in small shifts of the centre and the radius
        distance = np.maximum(np.hypot(y, x), 1e-6)
        rates = np.stack([y / distance, x / distance, np.ones_like(distance)], axis=2) * on[..., None]
        weight = np.swapaxes(rates, 1, 2) @ rates + np.diag(np.full(3, 1e-2, np.float32))
        off = np.swapaxes(rates, 1, 2) @ (distance - circles[:, 2:])[..., None]
        circles = circles + np.where(enough[:, None], np.linalg.solve(weight, off)[..., 0], 0)
    return circles


def _on(lines: tuple[np.ndarray, ...], circles: np.ndarray, tolerance: float) -> np.ndarray:
    """Which places on lines lie on each circle and run along it, bool (circles, places)."""
    rows, columns, down, right = lines
    y, x = rows - circles[:, :1], columns - circles[:, 1:2]
    distance = np.maximum(np.hypot(y, x), 1e-6)
    return (np.abs(distance - circles[:, 2:]) < tolerance) & (np.abs(y * down + x * right) > 0.94 * distance)


def _surprise(lines: tuple[np.ndarray, ...], circle: np.ndarray, shape: tuple[int, int]) -> float:
    """How many nats the circle's cover by lines along it is beyond chance."""
    side = max(shape)
    row, column, radius = circle.tolist()
    if not min(RADII) / 1.5 < radius / side < max(RADII) * 1.4:
        return 0.0
    bearing = np.arange(0, 2 * np.pi, STEP / radius)
    y, x = row + radius * np.sin(bearing), column + radius * np.cos(bearing)
    places = int(((y > 2) & (y < shape[0] - 3) & (x > 2) & (x < shape[1] - 3)).sum())
    on = _on(lines, circle[None], TOLERANCES[-1])[0]
    if on.sum() < FEWEST or np.linalg.eigvalsh(np.cov(lines[0][on], lines[1][on]))[0] < TOLERANCES[-1] ** 2:
        return 0.0  # a straight line would do as well
    turn = np.arctan2(lines[0][on] - row, lines[1][on] - column) % (2 * np.pi)
    covered = len(np.unique((turn * radius / STEP).astype(int)))
    chance = float(np.clip(len(on) / (shape[0] * shape[1]) * 2 * TOLERANCES[-1] * STEP * 0.22, 0.01, 0.5))
    share = min(covered / max(places, 1), 1 - 1e-6)
    if share <= chance or places * STEP < SHORTEST * side:
        return 0.0
    return places * float(share * np.log(share / chance) + (1 - share) * np.log((1 - share) / (1 - chance)))


@cue(
    kind="artefact",
    question="Does the rim of gel or of a fluid film run through the picture?",
    unit="nats against chance",
    threshold=115.0,
    smallest_side=96,
)
def gel_border(photo: Photo) -> float:
    """How surely a bent bright line with the same ground on both sides runs through the picture.

    Why it matters: immersion gel is used with some dermatoscopes and ultrasound probes and not with others, so its
    rim tells the device or the clinic. Skin-lesion data sets carry such rims unevenly over their classes, and
    networks that see nothing but artefacts and surroundings still do better than chance on them.

    How it is measured: places on bright lines are found by the curvature of the lightness across them; those whose
    sides differ in colour are left out, since a film is clear and an outline is not. The most marked ones vote for
    the circles they may lie on (a Hough transform, one circle for each of several radii), and each winner is fitted
    by least squares. The value is how many nats the share of the circle that is covered by lines along it lies
    beyond chance (a surprise a contrario). 0: nothing beyond chance. The places are no independent draws, so that
    the threshold is high: about 1 in a hundred everyday photographs passes, and 3 in a hundred of cut-out leaves,
    whose bent veins shine.

    What it cannot show: rims that are faint, straight, wavy or hidden under hair, and a film that ends without a
    line: most of the gel borders that people report in dermoscopic photographs are of these kinds, so the value
    hardly follows such reports. A bent hair that shines, and the curved bright edge of a thing on a plain ground,
    may count as a rim.

    References: A. Bissoto, E. Valle, S. Avila, "Debiasing skin lesion datasets and models? Not so fast", CVPR
    Workshops 2020. R. O. Duda, P. E. Hart, "Use of the Hough transformation to detect lines and curves in
    pictures", Communications of the ACM 15, 1972. C. Steger, "An unbiased detector of curvilinear structures",
    IEEE Transactions on Pattern Analysis and Machine Intelligence 20, 1998. A. Desolneux, L. Moisan, J.-M. Morel,
    "Meaningful alignments", International Journal of Computer Vision 40, 2000.
    """
    if min(photo.luma.shape) < SMALLEST:
        return 0.0
    small = with_longest_side(photo.rgb, WORKING_SIDE)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lines = _clear_lines(lab)
    if len(lines[0]) == 0:
        return 0.0
    circles = _fit(lines, _candidates(lines, lab.shape[:2]))
    return max(_surprise(lines, circle, lab.shape[:2]) for circle in circles)


@gel_border.inserts(placebo=blurred)
def _draw_rim(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A film with a round outline over a part of the picture, its rim a bright line beside a dark one."""
    height, width = rgb.shape[:2]
    side = max(height, width)
    rows, columns = np.mgrid[:height, :width].astype(np.float32) / side
    middle = np.array([height, width]) / side / 2
    radius, turn = rng.uniform(0.3, 1.0), rng.uniform(0, 2 * np.pi)
    away = radius + rng.uniform(-0.3, 0.2) if radius > 0.45 else rng.uniform(0, 0.2)
    down, right = rows - middle[0] - away * np.sin(turn), columns - middle[1] - away * np.cos(turn)
    bearing = np.arctan2(down, right)
    stretch = 1 + rng.uniform(0, 0.06) * np.cos(2 * bearing + rng.uniform(0, 6)) * min(1, 0.5 / radius)
    beyond = np.hypot(down, right) * stretch - radius  # signed distance from the rim
    line = rng.uniform(0.006, 0.011)
    along = 0.75 + 0.25 * np.cos(3 * bearing + rng.uniform(0, 6))
    bright = np.exp(-((beyond / line) ** 2)) * rng.uniform(28, 60) * along
    shift = line * rng.choice([-1.8, 1.8])
    dark = np.exp(-(((beyond - shift) / line) ** 2)) * rng.uniform(8, 30) * along
    film = 1 / (1 + np.exp(np.clip(beyond / line * 3, -30, 30))) * rng.uniform(-8, 8)
    change = amount * (bright - dark + film)
    changed = np.clip(np.rint(rgb + change[..., None]), 0, 255).astype(np.uint8)
    return changed, touched(rgb, changed)
