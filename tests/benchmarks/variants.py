"""What becomes of a photograph: copies of it, and pictures that are nearly it and no copies.

Each takes and gives uint8 (height, width, 3); what a person would save is saved as JPEG.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from biasaudit.cues import BUILTIN

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]
BUILT_IN = ("ruler", "ink_marking", "text", "colour_patch", "date_stamp")
"""Marks that cues draw themselves."""


def saved(rgb: np.ndarray, quality: int) -> np.ndarray:
    """As it is read again from a JPEG of that quality."""
    _, data = cv2.imencode(".jpg", np.ascontiguousarray(rgb), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))


def _saved_again(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return saved(rgb, int(rng.integers(40, 91)))


def _way(rng: np.random.Generator) -> int:
    return (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[rng.integers(3)]


def _resized_and_back(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    scale = rng.uniform(0.5, 0.9)
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=_way(rng))
    return cv2.resize(small, rgb.shape[1::-1], interpolation=(cv2.INTER_LINEAR, cv2.INTER_CUBIC)[rng.integers(2)])


def _cropped(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = rgb.shape[:2]
    top, bottom, left, right = np.rint(rng.uniform(0, 0.05, 4) * (height, height, width, width)).astype(int)
    return rgb[top : height - bottom, left : width - right]


def _mirrored(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rgb[:, ::-1]


def _turned(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.rot90(rgb, int(rng.integers(1, 4)))


def _brightened(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.clip(rgb * 1.0 + rng.choice([-1, 1]) * rng.uniform(10, 40), 0, 255).astype(np.uint8)


def _contrast(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.clip((rgb - 128.0) * rng.uniform(0.7, 1.3) + 128, 0, 255).astype(np.uint8)


ONE: dict[str, Change] = {
    "saved again": _saved_again,
    "resized": _resized_and_back,
    "cropped": _cropped,
    "mirrored": _mirrored,
    "turned": _turned,
    "brightened": _brightened,
    "contrast": _contrast,
}


def _two(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    for name in rng.choice(list(ONE), 2, replace=False):
        rgb = ONE[str(name)](rgb, rng)
    return rgb


def _file(change: Change) -> Change:
    return lambda rgb, rng: saved(change(rgb, rng), 92)


COPIES: dict[str, Change] = {**{name: _file(change) for name, change in ONE.items()}, "two of these": _file(_two)}


def _burst(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A moment later: moved by some pixels, its parts moved against one another a little, and with noise of its own."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    bend = rng.normal(size=(2, 5, 5)).astype(np.float32)
    across, down = (cv2.resize(each, (width, height), interpolation=cv2.INTER_CUBIC) for each in bend)
    scale = rng.uniform(0.008, 0.02) * side
    shift = rng.uniform(-0.02, 0.02, 2) * side
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x, y = x + across * scale + np.float32(shift[0]), y + down * scale + np.float32(shift[1])
    moved = cv2.remap(rgb, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.clip(moved + rng.normal(0, rng.uniform(1, 4), rgb.shape), 0, 255).astype(np.uint8)


def _moved_in_part(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One person with another expression: some of the middle is another shape, and all else is as it was."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    place, reach = rng.uniform(0.3, 0.7, 2) * (width, height), side * rng.uniform(0.1, 0.18)
    near = np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / (2 * reach**2)).astype(np.float32)
    angle, far = rng.uniform(0, 2 * np.pi), side * rng.uniform(0.025, 0.05)
    moved = cv2.remap(
        rgb, x + near * np.float32(far * np.cos(angle)), y + near * np.float32(far * np.sin(angle)), cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT,
    )  # fmt: skip
    return np.clip(moved + rng.normal(0, rng.uniform(1, 4), rgb.shape), 0, 255).astype(np.uint8)


def cut(rgb: np.ndarray, overlap: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two crops of one photograph, side by side or one above the other, that share so much of their width."""
    turned = bool(rng.integers(2))
    rgb = rgb.transpose(1, 0, 2) if turned else rgb
    width = round(rgb.shape[1] / (2 - overlap))
    both = rgb[:, :width], rgb[:, rgb.shape[1] - width :]
    one, other = (np.ascontiguousarray(each.transpose(1, 0, 2) if turned else each) for each in both)
    return one, other


def _built_in(cue: str, rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    insert = next(each for each in BUILTIN if each.id == cue).insert
    assert insert is not None
    return insert(np.ascontiguousarray(rgb), 1.0, rng)[0]


def _place(rgb: np.ndarray, rng: np.random.Generator, reach: float) -> tuple[int, int]:
    y, x = rng.uniform(reach, 1 - reach, 2) * rgb.shape[:2]
    return int(x), int(y)


def _colour(rgb: np.ndarray, place: tuple[int, int], rng: np.random.Generator) -> tuple[int, ...]:
    """One that is seen there: at least 80 grey levels from what it is drawn on."""
    ground = float(rgb[place[1], place[0]].mean())
    while True:
        colour = rng.integers(0, 256, 3)
        if abs(float(colour.mean()) - ground) > 80:
            return tuple(int(v) for v in colour)


def _ring(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    drawn, side = np.ascontiguousarray(rgb).copy(), min(rgb.shape[:2])
    place = _place(rgb, rng, 0.2)
    radius, thick = round(side * rng.uniform(0.06, 0.15)), max(1, round(side * 0.012))
    return cv2.circle(drawn, place, radius, _colour(rgb, place, rng), thick, cv2.LINE_AA)


def _logo(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A filled badge with a triangle in it."""
    drawn, side = np.ascontiguousarray(rgb).copy(), min(rgb.shape[:2])
    place, reach = _place(rgb, rng, 0.12), side * rng.uniform(0.05, 0.1)
    colour = _colour(rgb, place, rng)
    cv2.circle(drawn, place, round(reach), colour, -1, cv2.LINE_AA)
    corners = [(place[0] + reach * 0.7 * np.cos(a), place[1] + reach * 0.7 * np.sin(a)) for a in (0.5, 2.6, 4.7)]
    cv2.fillPoly(drawn, [np.array(corners).round().astype(np.int32)], tuple(255 - c for c in colour), cv2.LINE_AA)
    return drawn


def _arrow(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    drawn, side = np.ascontiguousarray(rgb).copy(), min(rgb.shape[:2])
    place, angle, far = _place(rgb, rng, 0.25), rng.uniform(0, 2 * np.pi), side * rng.uniform(0.1, 0.2)
    tip = round(place[0] + far * np.cos(angle)), round(place[1] + far * np.sin(angle))
    thick = max(1, round(side * 0.012))
    cv2.arrowedLine(drawn, place, tip, _colour(rgb, place, rng), thick, cv2.LINE_AA, tipLength=0.3)
    return drawn


DRAWN_ON: dict[str, Change] = {
    **{cue: partial(_built_in, cue) for cue in BUILT_IN},
    "ring": _ring,
    "logo": _logo,
    "arrow": _arrow,
}


def _drawn_and_changed(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Drawn on, and then saved, resized or made lighter."""
    drawn = DRAWN_ON[str(rng.choice(list(DRAWN_ON)))](rgb, rng)
    return ONE[str(rng.choice(["saved again", "resized", "cropped", "mirrored", "brightened"]))](drawn, rng)


BESIDE = "neighbouring crop"
"""A near miss that is made of a pair: see `cut`."""
NEAR_MISSES: dict[str, Change] = {
    "burst": _file(_burst),
    "moved in part": _file(_moved_in_part),
    **{f"drawn on: {name}": _file(change) for name, change in DRAWN_ON.items()},
    "drawn on, changed": _file(_drawn_and_changed),
}
