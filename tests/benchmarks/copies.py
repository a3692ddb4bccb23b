"""Copies planted among real photographs, and drawn ones: how many are found, and which other pairs are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from biasaudit.evidence.copies.duplicates import copies_among
from biasaudit.images.decode import decode
from biasaudit.images.small import small_of, smalls
from tests.benchmarks.scenes import scene
from tests.planted import photograph

DATA = Path(__file__).parents[3] / "shared" / "data"
FOLDERS = ("skin", "objects_control", "leaves")
Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def _saved(rgb: np.ndarray, quality: int) -> np.ndarray:
    _, data = cv2.imencode(".jpg", np.ascontiguousarray(rgb), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))


def _resized(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    scale, way = rng.uniform(0.5, 0.7), (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[rng.integers(3)]
    return _saved(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=way), 92)


def _recompressed(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _saved(rgb, int(rng.integers(30, 61)))


def _cropped(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """By 5% at every side, at one side, or by up to 5% at each."""
    height, width = rgb.shape[:2]
    one = np.zeros(4)
    one[rng.integers(4)] = 0.05
    shares = (np.full(4, 0.05), one, rng.uniform(0, 0.05, 4))[rng.integers(3)]
    top, bottom, left, right = np.rint(shares * (height, height, width, width)).astype(int)
    return _saved(rgb[top : height - bottom, left : width - right], 92)


def _mirrored(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _saved(rgb[:, ::-1], 92)


def _turned(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _saved(np.rot90(rgb, int(rng.integers(1, 4))), 92)


def _brightened(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _saved(np.clip(rgb * rng.uniform(1.05, 1.2) + rng.uniform(-5, 15), 0, 255).astype(np.uint8), 92)


CHANGES: dict[str, tuple[Change, ...]] = {
    "resized": (_resized,),
    "recompressed": (_recompressed,),
    "cropped": (_cropped,),
    "mirrored": (_mirrored,),
    "brightened": (_brightened,),
    "cropped, resized, recompressed": (_cropped, _resized, _recompressed),
    "all five": (_cropped, _mirrored, _brightened, _resized, _recompressed),
    "turned": (_turned,),
    "turned, mirrored": (_turned, _mirrored),
    "all six": (_turned, _cropped, _mirrored, _brightened, _resized, _recompressed),
}


def changed(rgb: np.ndarray, change: str, rng: np.random.Generator) -> np.ndarray:
    """A copy of a picture, uint8 (height, width, 3), as CHANGES names it."""
    for step in CHANGES[change]:
        rgb = step(rgb, rng)
    return rgb


def _photographs(folder: Path, n: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    paths = sorted(folder.rglob("*.jpg"))
    for number in np.sort(rng.choice(len(paths), min(n, len(paths)), replace=False)):
        yield decode(paths[number]).rgb


def _sources(n: int, data: Path) -> Iterator[tuple[str, Iterator[np.ndarray]]]:
    rng = np.random.default_rng(0)
    for name in FOLDERS:
        if (data / name).is_dir():
            yield name, _photographs(data / name, n, rng)
    yield "drawn scenes", (scene(rng) for _ in range(n))
    yield "drawn ellipses", (photograph(rng, upright=bool(number % 2)) for number in range(n))


def _of(rgb: np.ndarray) -> bytes:
    return small_of(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32))


def _measured(pictures: Iterator[np.ndarray], n: int, each: int) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    chosen = dict(zip(rng.permutation(n)[: each * len(CHANGES)].tolist(), list(CHANGES) * each, strict=False))
    rows, planted, copies = [], {}, []
    for number, rgb in enumerate(pictures):
        rows.append(_of(rgb))
        if number in chosen:
            planted[number, n + len(copies)] = chosen[number]
            copies.append(_of(changed(rgb, chosen[number], rng)))
    began = time.process_time()
    both = smalls(rows + copies)
    pairs = copies_among(both, np.array([str(k) for k in range(len(both))], dtype=object), np.full(len(both), 96))
    seconds = time.process_time() - began
    found = set(zip(pairs["first"].tolist(), pairs["second"].tolist(), strict=True))
    by_change = {
        change: [sum(kind == change and pair in found for pair, kind in planted.items()), each] for change in CHANGES
    }
    original = {copy: source for source, copy in planted}
    others = {tuple(sorted(original.get(end, end) for end in pair)) for pair in found - set(planted)}
    return {
        "images": n,
        "found": by_change,
        "others": sorted(pair for pair in others if pair[0] != pair[1]),
        "seconds": round(seconds, 1),
    }


def measure(n: int = 1000, each: int = 25, data: Path = DATA) -> dict[str, Any]:
    """By source: copies found of `each` planted a kind, the other pairs (row numbers), and seconds of one core."""
    return {name: _measured(pictures, n, each) for name, pictures in _sources(n, data)}
