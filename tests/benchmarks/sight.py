"""How small a picture may be: each artefact's own drawing, looked for at falling sides by all of them.

Two ways: drawn in a picture of that side, and drawn in one of the largest side that cues look at and reduced with it,
as data sets are made. Of the two the larger side counts. A plain ruler on a strip, as no cue draws it, is put in too.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

import cv2
import joblib
import numpy as np

from biasaudit.cues import BUILTIN
from biasaudit.cues.amounts import as_photo
from biasaudit.cues.cue import Cue
from biasaudit.images.photo import WORKING_SIDE
from biasaudit.runtime.progress import Progress
from tests.benchmarks.scenes import scene

Draw = Callable[[np.ndarray, np.random.Generator], np.ndarray]

SIDES = (24, 32, 48, 64, 96, 128, 160, 192, 256)
WAYS = ("drawn", "reduced")
SEED = 2611
LEAST, OF_ITS_BEST = 0.8, 0.9
"""The share of its drawings that a cue has to find at a side and at all larger ones; of one that finds fewer of them
at the largest side, so much of that share."""
MISTAKEN = 0.15
"""Share of another's drawings, beyond that of clean scenes, from which on a cue mistakes it: where the other is too
small to be seen itself, this one would be named in its place."""
ARTEFACTS = tuple(cue for cue in BUILTIN if cue.kind == "artefact")
CLEAN, PLAIN_RULER = "clean", "plain ruler"


def plain_ruler(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A light strip along one side of a square picture with dark ticks across it, 1/33 to 1/17 of the side apart."""
    side, drawn = len(rgb), rgb.copy()
    top, step = round(side * rng.uniform(0.82, 0.9)), side * rng.uniform(0.03, 0.06)
    drawn[top:] = rng.uniform(215, 245) + rng.uniform(-5, 5, 3)
    every, thick = int(rng.choice([2, 5, 10])), max(1, round(side * rng.uniform(0.004, 0.009)))
    for number, x in enumerate(np.arange(rng.uniform(0, step), side, step)):
        long = round((side - top) * (0.5 if number % every else 0.8))
        cv2.line(drawn, (round(x), top), (round(x), top + long), (20, 20, 20), thick)
    return np.rot90(drawn, rng.integers(4)).copy()


def _by_its_insert(cue: Cue, rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    assert cue.insert is not None
    return cue.insert(rgb, 1.0, rng)[0]


DRAWINGS: dict[str, Draw] = {
    CLEAN: lambda rgb, rng: rgb,
    **{cue.id: partial(_by_its_insert, cue) for cue in ARTEFACTS},
    PLAIN_RULER: plain_ruler,
}


def _present(rgb: np.ndarray) -> list[bool]:
    photo = as_photo(np.ascontiguousarray(rgb))
    return [cue.measure(photo) >= (cue.threshold or 0) for cue in ARTEFACTS]


def _looked_for(number: int) -> np.ndarray:
    """What is found in one scene with each drawing in it: bool (ways, drawings, sides, cues)."""
    cv2.setNumThreads(1)
    scenes = {side: scene(np.random.default_rng([SEED, number]), side) for side in (*SIDES, WORKING_SIDE)}
    found = []
    for name, draw in DRAWINGS.items():
        seed = [SEED, zlib.crc32(name.encode()), number]
        drawn = {side: draw(rgb, np.random.default_rng(seed)) for side, rgb in scenes.items()}
        large = drawn.pop(WORKING_SIDE)
        reduced = [cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA) for side in SIDES]
        found.append([[_present(rgb) for rgb in some] for some in (drawn.values(), reduced)])
    return np.array(found).swapaxes(0, 1)


def measure(n: int = 60) -> dict[str, Any]:
    """Shares of `n` scenes in which each cue is present, by way, by what was drawn and by side."""
    parallel = joblib.Parallel(n_jobs=-1, return_as="generator")
    looked = parallel(joblib.delayed(_looked_for)(number) for number in range(n))
    return shares_of(list(Progress().track(looked, f"Looking for cues in {n} scenes", n)))


def shares_of(looked: list[np.ndarray]) -> dict[str, Any]:
    """The record of what was found in each scene, as `_looked_for` gives it."""
    found, ids = np.mean(looked, axis=0), [cue.id for cue in ARTEFACTS]
    shares = {
        way: {name: dict(zip(ids, found[w, d].T.tolist(), strict=True)) for d, name in enumerate(DRAWINGS)}
        for w, way in enumerate(WAYS)
    }
    return {
        "n": len(looked),
        "sides": SIDES,
        "shares": shares,
        "finds_itself": {cue: max(finds_itself(shares[way][cue][cue]) for way in WAYS) for cue in ids},
        "stated": {cue.id: cue.smallest_side for cue in ARTEFACTS},
    }


def finds_itself(shares: list[float]) -> int:
    """The smallest side from which on enough drawings are found; `shares`: by side, as SIDES."""
    enough = min(LEAST, OF_ITS_BEST * shares[-1])
    short = [place for place, share in enumerate(shares) if share < enough]
    return SIDES[short[-1] + 1] if short else SIDES[0]


def mistaken(found: dict[str, Any]) -> list[tuple[str, str, str, list[float]]]:
    """(way, what was drawn, the other cue that is named, its shares by side beyond those of clean scenes)."""
    rows = []
    for way in WAYS:
        clean = found["shares"][way][CLEAN]
        for name, shares in found["shares"][way].items():
            for cue, some in shares.items():
                beyond = (np.array(some) - clean[cue]).tolist()
                if cue not in (name, {PLAIN_RULER: "ruler"}.get(name)) and max(beyond) >= MISTAKEN:
                    rows.append((way, name, cue, beyond))
    return rows


def table(found: dict[str, Any]) -> str:
    """Each cue's share of its own drawings by side, and who is taken for whom."""
    sides, bar = " | ".join(map(str, found["sides"])), "|---" * (len(found["sides"]) + 4) + "|"
    lines = [f"{found['n']} scenes; share of the drawings that is found (of clean scenes)", ""]
    lines += [f"| cue | way | {sides} | finds itself from | states |", bar]
    drawings = [*((cue, cue) for cue in found["stated"]), (PLAIN_RULER, "ruler")]
    for name, cue in drawings:
        for way in WAYS:
            own, clean = (found["shares"][way][what][cue] for what in (name, CLEAN))
            cells = " | ".join(f"{a:.0%} ({b:.0%})" for a, b in zip(own, clean, strict=True))
            lines.append(f"| {name} | {way} | {cells} | {finds_itself(own)} | {found['stated'][cue]} |")
    lines += ["", f"Named in place of another in {MISTAKEN:.0%} or more at some side, beyond clean scenes", ""]
    lines += [f"| way | drawn | named | {sides} | the named one states |", bar]
    for way, name, cue, beyond in mistaken(found):
        cells = " | ".join(f"{share:.0%}" for share in beyond)
        lines.append(f"| {way} | {name} | {cue} | {cells} | {found['stated'][cue]} |")
    return "\n".join(lines)
