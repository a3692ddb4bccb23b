"""Copies planted among real photographs, and drawn ones: how many are found, and which other pairs are.

Two questions: of many photographs with few copies among them, which pairs are found; and of photographs that each have
one copy, or one near miss, of their own, whether copies are called copies and near misses are not.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from biasaudit.evidence.copies.duplicates import KINDS, copies_among
from biasaudit.images.decode import decode
from biasaudit.images.small import small_of, smalls
from tests.benchmarks.scenes import scene
from tests.benchmarks.variants import BESIDE, COPIES, NEAR_MISSES, Change, cut, saved
from tests.planted import photograph

DATA = Path(__file__).parents[3] / "shared" / "data"
FOLDERS = ("skin", "objects_control", "leaves")
SETS, SIDES = ("hand_signs", "objects_control", "skin", "xray", "leaves"), (48, 96, 224)
"""Sets and shorter sides in pixels at which copies and near misses are to be told apart."""
CHOSEN_ON = ("hand_signs", "objects_control", "skin")
"""Sets on whose half 0 thresholds were chosen; nothing else was looked at for that."""


def _resized(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    scale, way = rng.uniform(0.5, 0.7), (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[rng.integers(3)]
    return saved(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=way), 92)


def _recompressed(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return saved(rgb, int(rng.integers(30, 61)))


def _cropped(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """By 5% at every side, at one side, or by up to 5% at each."""
    height, width = rgb.shape[:2]
    one = np.zeros(4)
    one[rng.integers(4)] = 0.05
    shares = (np.full(4, 0.05), one, rng.uniform(0, 0.05, 4))[rng.integers(3)]
    top, bottom, left, right = np.rint(shares * (height, height, width, width)).astype(int)
    return saved(rgb[top : height - bottom, left : width - right], 92)


def _mirrored(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return saved(rgb[:, ::-1], 92)


def _turned(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return saved(np.rot90(rgb, int(rng.integers(1, 4))), 92)


def _brightened(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return saved(np.clip(rgb * rng.uniform(1.05, 1.2) + rng.uniform(-5, 15), 0, 255).astype(np.uint8), 92)


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


def _measured(pictures: Iterator[np.ndarray], n: int, each: int) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    chosen = dict(zip(rng.permutation(n)[: each * len(CHANGES)].tolist(), list(CHANGES) * each, strict=False))
    greys, planted, copies = [], {}, []
    for number, rgb in enumerate(pictures):
        greys.append(_grey(rgb))
        if number in chosen:
            planted[number, n + len(copies)] = chosen[number]
            copies.append(_grey(changed(rgb, chosen[number], rng)))
    began = time.process_time()
    pairs = _pairs(greys + copies)
    seconds = time.process_time() - began
    one_picture = pairs["kind"].isin(list(KINDS))
    found = set(zip(pairs["first"][one_picture].tolist(), pairs["second"][one_picture].tolist(), strict=True))
    by_change = {
        change: [sum(kind == change and pair in found for pair, kind in planted.items()), each] for change in CHANGES
    }
    original = {copy: source for source, copy in planted}
    others = {tuple(sorted(original.get(end, end) for end in pair)) for pair in found - set(planted)}
    return {
        "images": n,
        "found": by_change,
        "others": sorted(pair for pair in others if pair[0] != pair[1]),
        "one scene": int((~one_picture).sum()),
        "seconds": round(seconds, 1),
    }


def _grey(rgb: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)


def _pairs(greys: list[np.ndarray]) -> pd.DataFrame:
    rows = smalls(small_of(each.astype(np.float32)) for each in greys)
    hashes = np.array([str(number) for number in range(len(rows))], dtype=object)
    return copies_among(rows, hashes, np.array([min(each.shape) for each in greys]), greys.__getitem__)


def _of_half(folder: Path, half: int) -> list[Path]:
    """The files of one half, by what their names hash to: thresholds were chosen on half 0 of CHOSEN_ON alone."""
    files = sorted(each for each in folder.rglob("*") if each.suffix.lower() in {".jpg", ".jpeg", ".png"})
    return [each for each in files if zlib.crc32(each.name.encode()) % 2 == half]


def _reduced(rgb: np.ndarray, side: int) -> np.ndarray:
    """With a shorter side of `side` pixels, or as it is where it is smaller; saved once."""
    scale = side / min(rgb.shape[:2])
    if scale < 1:
        size = [max(side, round(extent * scale)) for extent in rgb.shape[1::-1]]
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return saved(rgb, 95)


def _each_with_its_own(
    photographs: Iterator[np.ndarray], kinds: Sequence[str], rng: np.random.Generator
) -> Iterator[tuple[int, str, np.ndarray]]:
    """Number of a photograph, "original" or what the picture is of it, and the picture."""
    for number, (rgb, kind) in enumerate(zip(photographs, kinds, strict=False)):
        if kind == BESIDE:
            one, other = (saved(each, 95) for each in cut(rgb, rng.uniform(0.5, 0.7), rng))
        else:
            one, other = rgb, {**COPIES, **NEAR_MISSES}[kind](rgb, rng)
        yield number, "original", one
        yield number, kind, other


def told_apart(name: str, side: int, *, half: int, n: int = 210, data: Path = DATA, seed: int = 0) -> dict[str, Any]:
    """Of n photographs of a set, each with a copy or a near miss of its own: what was called one picture, or one scene.

    Returns:
        `kinds`: kind -> planted, called one picture, called one scene; `others`: pairs of two photographs that were
        called one picture, as names, and how many were called one scene; `labels`: how many of the former have two.
    """
    rng = np.random.default_rng([seed, side, zlib.crc32(name.encode())])
    files = _of_half(data / name, half)
    files = [files[row] for row in np.sort(rng.choice(len(files), min(n, len(files)), replace=False))]
    kinds = [*COPIES, *NEAR_MISSES, BESIDE] * (n // (len(COPIES) + len(NEAR_MISSES) + 1) + 1)
    photographs = (_reduced(decode(file).rgb, side) for file in files)
    pool = [(number, kind, _grey(rgb)) for number, kind, rgb in
            _each_with_its_own(photographs, [kinds[k] for k in rng.permutation(len(files))], rng)]  # fmt: skip
    began = time.process_time()
    pairs = _pairs([grey for *_, grey in pool])
    seconds = time.process_time() - began
    counts = {kind: [0, 0, 0] for kind in (*COPIES, *NEAR_MISSES, BESIDE)}
    for _, kind, _ in pool[1::2]:
        counts[kind][0] += 1
    others: list[tuple[str, str]] = []
    scenes = 0
    for first, second, kind in pairs.itertuples(index=False):
        (one, _, _), (other, of, _) = pool[first], pool[second]
        if one == other:
            counts[of][1 if kind in KINDS else 2] += 1
        elif kind in KINDS:
            others.append((str(files[one].relative_to(data)), str(files[other].relative_to(data))))
        else:
            scenes += 1
    return {
        "set": name,
        "side": side,
        "half": half,
        "kinds": counts,
        "others": sorted(set(others)),
        "one scene": scenes,
        "labels": sum(one.split("/")[1] != other.split("/")[1] for one, other in set(others)),
        "seconds": round(seconds, 1),
    }


def measure(n: int = 1000, each: int = 25, data: Path = DATA) -> dict[str, Any]:
    """Copies found among many photographs by source, and by set and side what copies and near misses were called."""
    among = {name: _measured(pictures, n, each) for name, pictures in _sources(n, data)}
    apart = [
        told_apart(name, side, half=1, n=min(n, 210), data=data)
        for name in SETS
        if (data / name).is_dir()
        for side in SIDES
    ]
    return {"among": among, "apart": apart}
