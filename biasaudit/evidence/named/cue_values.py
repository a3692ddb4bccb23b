"""One cue over all images: measured ones as numbers, columns of words and of the metadata as levels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from biasaudit.results import NOTHING, Kind, Name, Sentence, say
from biasaudit.settings import Role

MISSING = "(missing)"
CONSTANT = say("the same in every image")
SAME_WHERE_LARGE = say("the same in every image that is large enough for it")


@dataclass(frozen=True, kw_only=True, eq=False)
class CueValues:
    """One cue over all images."""

    id: str
    kind: Kind
    question: Sentence
    values: np.ndarray | None = None
    """float (n,), NaN where it could not be measured; None for a metadata column."""
    levels: np.ndarray | None = None
    """str (n,), missing as "(missing)"; None for a measured cue."""
    threshold: float | None = None
    untestable: Sentence = NOTHING
    """Why it cannot be tested, where it cannot."""
    pictures_too_small: bool = False
    """That is why: too few pictures are large enough for it."""
    constant: bool = False
    """The same in every image: it cannot give a label away."""
    called: Sentence = NOTHING
    """What a sentence calls it in place of its id: of a cue of skin that is seen elsewhere what it looks like."""
    role: Role = ""
    """What the user declared a metadata column to be."""

    @property
    def name(self) -> Name:
        """Its id, to stand in a sentence."""
        return Name("column" if self.kind == "metadata" else "cue", self.id)

    @property
    def plain_name(self) -> Name:
        """The same with words apart: "bytes per pixel"."""
        return replace(self.name, text=self.id.replace("_", " "))

    def of(self, rows: np.ndarray) -> CueValues:
        """The cue over some of the images; `rows`: bool (n,)."""
        if rows.all():
            return self
        values = None if self.values is None else self.values[rows]
        return replace(self, values=values, levels=None if self.levels is None else self.levels[rows])

    @property
    def key(self) -> str:
        """Unique among cues: the metadata column `ruler` is not the measured `ruler`."""
        return f"{self.kind}:{self.id}"


def coded(levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct levels in order, str (m,), and the place of each image's among them, int (n,); levels: (n,)."""
    found, of = np.unique(levels, return_inverse=True) if levels.dtype.kind == "U" else _first_seen(levels)
    names, order = np.unique(found.astype(str), return_inverse=True)
    return names, order[of]


def _first_seen(levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    numbers, found = pd.factorize(levels, use_na_sentinel=False)  # sorting all of them would take far longer
    return np.asarray(found, dtype=object), numbers


def held_once(levels: np.ndarray) -> np.ndarray:
    """The same levels; a word that all images share is held once, not once an image."""
    return np.broadcast_to(levels[:1].copy(), levels.shape) if len(pd.unique(levels)) == 1 else levels


def as_id(values: int, images: int) -> Sentence:
    """Why words of so many values are not compared."""
    return say("treated as an id: {values} values in {images} images", values=values, images=images)


SAME_WHERE_LARGE = say("the same in every image that is large enough for it")
