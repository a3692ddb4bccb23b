"""How small a picture may be: each artefact's own drawing, looked for at falling sides by all of them.

Two ways: drawn in a picture of that side, and drawn in one of the largest side that cues look at and reduced with it,
as data sets are made. Of the two the larger side counts.
"""

from __future__ import annotations

import zlib
from typing import Any

import cv2
import joblib
import numpy as np

from biasaudit.cues import BUILTIN
from biasaudit.cues.amounts import as_photo
from biasaudit.cues.cue import Cue
from biasaudit.images.photo import WORKING_SIDE
from tests.benchmarks.scenes import scene

SIDES = (24, 32, 48, 64, 96, 128, 160, 192, 256)
WAYS = ("drawn", "reduced")
SEED = 2611
LEAST, OF_ITS_BEST = 0.8, 0.9
"""The share of its drawings that a cue has to find at a side and at all larger ones; of one that finds fewer of them
at the largest side, so much of that share."""
MISTAKEN = 0.2
"""Share of another's drawings, beyond that of clean scenes, from which on a cue mistakes it: below the side at which
the other is seen, it would be named in its place."""
ARTEFACTS = tuple(cue for cue in BUILTIN if cue.kind == "artefact")
CLEAN = "clean"


def _drawn(cue: Cue | None, rgb: np.ndarray, number: int) -> np.ndarray:
    if cue is None or cue.insert is None:
        return rgb
    return cue.insert(rgb, 1.0, np.random.default_rng([SEED, zlib.crc32(cue.id.encode()), number]))[0]


def _scene(number: int, side: int) -> np.ndarray:
    return scene(np.random.default_rng([SEED, number]), side)


def _present(rgb: np.ndarray) -> list[bool]:
    photo = as_photo(np.ascontiguousarray(rgb))
    return [cue.measure(photo) >= (cue.threshold or 0) for cue in ARTEFACTS]


def _looked_for(number: int) -> np.ndarray:
    """What is found in one scene with each cue in it and in its clean twin: bool (ways, drawn, sides, cues)."""
    cv2.setNumThreads(1)
    found = []
    for cue in (None, *ARTEFACTS):
        large = _drawn(cue, _scene(number, WORKING_SIDE), number)
        small = [_drawn(cue, _scene(number, side), number) for side in SIDES]
        reduced = [cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA) for side in SIDES]
        found.append([[_present(rgb) for rgb in some] for some in (small, reduced)])
    return np.array(found).swapaxes(0, 1)


def measure(n: int = 100) -> dict[str, Any]:
    """Shares of `n` scenes in which each cue is present, by way, by what was drawn and by side."""
    found = np.mean(joblib.Parallel(n_jobs=-1)(joblib.delayed(_looked_for)(number) for number in range(n)), axis=0)
    ids = [cue.id for cue in ARTEFACTS]
    shares = {
        way: {what: dict(zip(ids, found[w, d].T.tolist(), strict=True)) for d, what in enumerate((CLEAN, *ids))}
        for w, way in enumerate(WAYS)
    }
    return {
        "n": n,
        "sides": SIDES,
        "shares": shares,
        "stated": {cue.id: cue.smallest_side for cue in ARTEFACTS},
        "finds_itself": {cue: max(finds_itself(shares[way][cue][cue]) for way in WAYS) for cue in ids},
    }


def finds_itself(shares: list[float]) -> int:
    """The smallest side at which, and above which, enough drawings are found; `shares`: by side, as SIDES."""
    enough = min(LEAST, OF_ITS_BEST * shares[-1])
    return next((low for low, short in zip(SIDES[:0:-1], shares[-2::-1], strict=True) if short < enough), SIDES[0])


def mistaken(found: dict[str, Any]) -> list[tuple[str, str, str, list[float]]]:
    """(way, what was drawn, the other cue that is named, its shares by side beyond those of clean scenes)."""
    rows = []
    for way in WAYS:
        clean = found["shares"][way][CLEAN]
        for what, shares in found["shares"][way].items():
            for cue, some in shares.items():
                beyond = (np.array(some) - clean[cue]).tolist()
                if cue != what and max(beyond) >= MISTAKEN:
                    rows.append((way, what, cue, beyond))
    return rows


def table(found: dict[str, Any]) -> str:
    """Each cue's share of its own drawings by side, and who is taken for whom."""
    sides, bar = " | ".join(map(str, found["sides"])), "|---" * (len(found["sides"]) + 4) + "|"
    lines = [f"{found['n']} scenes; share of its own drawings (of clean scenes)", ""]
    lines += [f"| cue | way | {sides} | finds itself from | states |", bar]
    for cue, stated in found["stated"].items():
        for way in WAYS:
            own, clean = (found["shares"][way][what][cue] for what in (cue, CLEAN))
            cells = " | ".join(f"{a:.0%} ({b:.0%})" for a, b in zip(own, clean, strict=True))
            lines.append(f"| {cue} | {way} | {cells} | {finds_itself(own)} | {stated} |")
    lines += ["", f"Named in place of another, in {MISTAKEN:.0%} or more at some side, beyond clean scenes", ""]
    lines += [f"| way | drawn | named | {sides} | the named one states |", bar]
    for way, what, cue, beyond in mistaken(found):
        cells = " | ".join(f"{share:.0%}" for share in beyond)
        lines.append(f"| {way} | {what} | {cue} | {cells} | {found['stated'][cue]} |")
    return "\n".join(lines)
