"""Pictures that cues are put into and looked for in. Each is made once, is shared by all tests, and is read-only."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps

import cv2
import numpy as np

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.artefacts.frame import frame
from biasaudit.cues.artefacts.ruler import ruler
from biasaudit.cues.cue import Cue
from biasaudit.images.photo import FileFacts, Photo
from tests import planted

Ground = Callable[..., np.ndarray]
"""(seed, height, width) -> uint8 (height, width, 3)."""


def shared(make: Ground) -> Ground:
    """Make each picture once; who draws on one, draws on a copy."""

    @cache
    @wraps(make)
    def made(*choices: int, **more: int) -> np.ndarray:
        picture = make(*choices, **more)
        picture.flags.writeable = False
        return picture

    return made


def present(cue: Cue, rgb: np.ndarray) -> bool:
    """Whether the artefact counts as present."""
    return cue.measure(as_photo(rgb)) >= cue.threshold


def drawn(cue: Cue, rgb: np.ndarray, seed: int) -> np.ndarray:
    """The picture with the artefact fully drawn."""
    return cue.insert(rgb, 1.0, np.random.default_rng(seed))[0]


def photo(rgb: np.ndarray, **facts: object) -> Photo:
    height, width = rgb.shape[:2]
    known = {"width": width, "height": height, "n_bytes": width * height, "format": "PNG", "mode": "RGB"}
    return Photo(rgb=rgb, file=FileFacts(**{**known, **facts}))


def _tones(rng: np.random.Generator, low: float, high: float, cells: tuple[int, int], height: int, width: int):
    """A smooth field of colours, float32 (height, width, 3)."""
    coarse = rng.uniform(low, high, (*cells, 3)).astype(np.float32)
    return np.ascontiguousarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))


def _bytes(picture: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


@shared
def scene(seed: int, height: int = 224, width: int = 224) -> np.ndarray:
    """A smooth scene with round and slanted things in it and a little noise."""
    rng, side = np.random.default_rng(seed), min(height, width)
    picture = _tones(rng, 50, 200, (6, 6), height, width)
    for _ in range(6):
        x, y = (int(v) for v in rng.uniform(0.3, 0.7, 2) * (width, height))
        axes = tuple(int(v) for v in rng.uniform(0.03, 0.1, 2) * side + 2)
        colour = tuple(float(v) for v in rng.uniform(30, 220, 3))
        cv2.ellipse(picture, (x, y), axes, float(rng.uniform(20, 70)), 0, 360, colour, -1, cv2.LINE_AA)
    return _bytes(picture + rng.normal(0, 2, picture.shape))


@shared
def grainy_scene(seed: int, height: int = 128, width: int = 160) -> np.ndarray:
    """A blotchy coloured ground with ellipses in focus and a grain of its own, none of it tied to anything."""
    rng = np.random.default_rng(seed)
    picture = _tones(rng, 60, 190, (4, 5), height, width)
    for _ in range(8):
        centre = (int(rng.uniform(0.15, 0.85) * width), int(rng.uniform(0.15, 0.85) * height))
        axes = (int(rng.uniform(6, 25)), int(rng.uniform(6, 25)))
        colour = rng.uniform(30, 220, 3).tolist()
        cv2.ellipse(picture, centre, axes, rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA)
    return _bytes(picture + rng.normal(0, rng.uniform(1, 2.5), picture.shape))


@shared
def photograph(seed: int, height: int = 256, width: int = 256) -> np.ndarray:
    """As the planted folders have them: a dark ellipse before a blurred ground."""
    return planted.photograph(np.random.default_rng(100 + seed), upright=bool(seed % 2), side=height)


@shared
def tones(seed: int, height: int = 256, width: int = 256) -> np.ndarray:
    """Blotchy skin and nothing on it: a smooth field of tones with fine noise."""
    return _field(seed, 120, 215, 5, height, width)


@shared
def calm_tones(seed: int, height: int = 256, width: int = 256) -> np.ndarray:
    """The same with wider and weaker blotches."""
    return _field(seed, 140, 200, 4, height, width)


def _field(seed: int, low: float, high: float, cells: int, height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    field = cv2.resize(rng.uniform(low, high, (cells, cells, 3)).astype(np.float32), (width, height))
    return _bytes(field + rng.normal(0, 3, field.shape))


@shared
def skin(seed: int, height: int = 256, width: int = 256) -> np.ndarray:
    """Blotchy skin, reddened here and there, with a brown lesion."""
    rng = np.random.default_rng(seed)
    blotches, redness = (
        cv2.resize(rng.uniform(low, high, (cells, cells, 1)).astype(np.float32), (width, height))[..., None]
        for low, high, cells in ((-10, 10, 5), (0, 15, 6))
    )
    picture = np.float32([205, 165, 140]) + blotches - redness * np.float32([0, 1, 0.7])
    picture = np.ascontiguousarray(picture, np.float32)
    axes = (round(width * rng.uniform(0.08, 0.18)), round(height * rng.uniform(0.08, 0.18)))
    cv2.ellipse(picture, (width // 2, height // 2), axes, 30, 0, 360, (110, 65, 45), -1, cv2.LINE_AA)
    return _bytes(cv2.GaussianBlur(picture, (0, 0), 2) + rng.normal(0, 3, picture.shape))


@shared
def hairy(seed: int) -> np.ndarray:
    rng, picture = np.random.default_rng(seed), scene(seed).copy()
    for _ in range(12):
        points = np.rint(rng.uniform(-0.2, 1.2, (3, 2)) * len(picture)).astype(np.int32)
        cv2.polylines(picture, [points], False, (60, 40, 30), 1, cv2.LINE_AA)
    return picture


@shared
def fenced(seed: int) -> np.ndarray:
    picture = scene(seed).copy()
    for x in range(8, 224, 9):
        cv2.line(picture, (x, 112), (x, 126), (20, 20, 20), 2)
    return picture


@shared
def ruled(seed: int) -> np.ndarray:
    return drawn(ruler, scene(seed), seed)


@shared
def framed(seed: int) -> np.ndarray:
    return drawn(frame, scene(seed), seed)


@shared
def lettered(seed: int) -> np.ndarray:
    picture = scene(seed).copy()
    for y in range(30, 224, 50):
        cv2.putText(picture, "Sample 12.7 x 40", (12, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (15, 15, 15), 1, cv2.LINE_AA)
    return picture


@shared
def grainy(seed: int) -> np.ndarray:
    return _bytes(scene(seed) + np.random.default_rng(seed).normal(0, 15, (224, 224, 3)))


@shared
def freckled(seed: int) -> np.ndarray:
    rng, picture = np.random.default_rng(seed), scene(seed).copy()
    for _ in range(40):
        x, y = (int(v) for v in rng.uniform(0, 224, 2))
        cv2.circle(picture, (x, y), int(rng.uniform(1, 4)), (60, 40, 30), -1, cv2.LINE_AA)
    return picture


@shared
def bricks(seed: int) -> np.ndarray:
    picture = scene(seed).copy()
    for row, y in enumerate(range(0, 224, 16)):
        cv2.line(picture, (0, y), (224, y), (30, 30, 30), 1)
        for x in range(16 * (row % 2), 224, 32):
            cv2.line(picture, (x, y), (x, y + 16), (30, 30, 30), 1)
    return picture


@shared
def blots(seed: int) -> np.ndarray:
    """One-sided edges only: large dark discs."""
    rng, picture = np.random.default_rng(seed), scene(seed).copy()
    for _ in range(5):
        x, y = (int(v) for v in rng.uniform(0, 224, 2))
        cv2.circle(picture, (x, y), 45, (40, 35, 30), -1, cv2.LINE_AA)
    return picture


@shared
def ruled_skin(seed: int) -> np.ndarray:
    picture = skin(seed).copy()
    for i in range(12):
        cv2.line(picture, (20 + 18 * i, 230), (20 + 18 * i, 215 if i % 5 else 205), (20, 20, 20), 2)
    return picture


@shared
def framed_skin(seed: int) -> np.ndarray:
    return cv2.copyMakeBorder(skin(seed)[20:-20, 20:-20], 20, 20, 20, 20, cv2.BORDER_CONSTANT)


@shared
def skin_in_dark_corners(seed: int) -> np.ndarray:
    inside = np.zeros((256, 256), np.float32)
    cv2.circle(inside, (128, 128), 130, 1, -1, cv2.LINE_AA)
    return (skin(seed) * cv2.GaussianBlur(inside, (0, 0), 3)[..., None]).astype(np.uint8)


@shared
def hairy_skin(seed: int) -> np.ndarray:
    picture = skin(seed).copy()
    for i in range(12):
        cv2.ellipse(picture, (20 * i, 260), (120, 200), 10 * i, 180, 330, (60, 40, 30), 2, cv2.LINE_AA)
    return picture


@shared
def inked_skin(seed: int) -> np.ndarray:
    return cv2.circle(skin(seed).copy(), (128, 128), 90, (90, 40, 160), 5, cv2.LINE_AA)


@shared
def skin_with_vessels(seed: int) -> np.ndarray:
    picture = skin(seed).copy()
    for i in range(8):
        cv2.ellipse(picture, (30 * i, 30), (60, 90), 15 * i, 20, 160, (190, 70, 70), 2, cv2.LINE_AA)
    return picture


@shared
def skin_with_sticker(seed: int) -> np.ndarray:
    return cv2.circle(skin(seed).copy(), (256, 128), 80, (20, 120, 210), -1, cv2.LINE_AA)
