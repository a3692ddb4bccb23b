"""Every cue's value for every image: measured cues as numbers, metadata columns as levels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from biasaudit.cues.cue import Cue
from biasaudit.evidence.measure.columns import RARE, lumped
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.too_small import LEAST_KNOWN, missed, too_small
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Kind, Name, Sentence, ours, say
from biasaudit.runtime.plugins import is_ours
from biasaudit.settings import Role, Settings

MISSING = "(missing)"
FAINT = 0.5
"""Share of an artefact's threshold below which its values count as equal: what is seen there is the picture."""
CONSTANT = say("the same in every image")
SAME_WHERE_LARGE = say("the same in every image that is large enough for it")
MOST_LEVELS = 100
"""A text column with more distinct values is an id, not a group."""
LEAST_PER_LEVEL = 5
"""Fewer images a value than this, on average, and the column is an id too."""
BANDS = 4
"""Numbers are cut at quartiles, so that missing can stand beside them as a level of its own."""


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


def _distinct(text: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Which word each image has, int (n,), -1 where it has none, and the words."""
    numbers, found = pd.factorize(np.asarray(text, dtype=object))
    words = [value for value in found if isinstance(value, str) and value]
    place = {word: number for number, word in enumerate(words)}
    to = np.array([*(place.get(value, -1) for value in found), -1])  # factorize's own -1 takes the last
    return to[numbers], words


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _bands(numbers: np.ndarray) -> np.ndarray | None:
    """Quartile bands as text ("45 to 60"), or None where the numbers take too few values to be cut.

    A value that fills a band by itself (most often 0) is one of its own, and the rest is cut.
    """
    present = numbers[np.isfinite(numbers)]
    values, counts = np.unique(present, return_counts=True)
    if len(values) <= 10:
        return None
    alone = values[counts >= len(present) / BANDS]
    rest = present[~np.isin(present, alone)]
    cuts = np.unique(np.quantile(rest, np.linspace(0, 1, BANDS + 1 - len(alone)))) if rest.size else alone
    if len(cuts) < 2:
        return None
    names = [f"{low:g} to {high:g}" for low, high in pairwise(cuts)]
    place = np.clip(np.searchsorted(cuts, numbers, side="right") - 1, 0, len(names) - 1)
    bands = np.where(np.isfinite(numbers), np.array(names, dtype=object)[place], MISSING)
    for value in alone:
        bands[numbers == value] = f"{value:g}"
    return bands


def _held_once(levels: np.ndarray) -> np.ndarray:
    """The same levels; a word that all images share is held once, not once an image."""
    return np.broadcast_to(levels[:1].copy(), levels.shape) if len(pd.unique(levels)) == 1 else levels


def metadata_cue(name: str, text: np.ndarray) -> CueValues:
    """A metadata column as a cue: numbers in bands, text as it stands, ids set aside.

    text: (n,), each a str, or None or NaN where it is missing.
    """
    word_of, words = _distinct(text)
    present = word_of >= 0
    levels = np.array([*words, MISSING], dtype=object)[word_of]
    question = say("Does the column “{column}” go with the label?", column=Name("column", name))
    numbers = np.array([*map(_number, words), np.nan])[word_of]
    codes = any(re.fullmatch(r"0\d+", word) for word in words)
    constant = len(words) + (not present.all()) < 2
    if not constant and not codes and present.sum() and np.isfinite(numbers[present]).mean() > 0.95:
        bands = _bands(numbers)
        levels = levels if bands is None else bands
    many = len(pd.unique(levels))
    why = CONSTANT if constant else NOTHING
    if not constant and (many > MOST_LEVELS or len(levels) < LEAST_PER_LEVEL * many):
        why = _an_id(many, len(levels))
    return CueValues(
        id=name, kind="metadata", question=question, levels=_held_once(levels), untestable=why, constant=constant
    )


def _an_id(values: int, images: int) -> Sentence:
    return say("treated as an id: {values} values in {images} images", values=values, images=images)


def floored(values: np.ndarray, threshold: float | None) -> np.ndarray:
    """The values of an artefact from `FAINT` of its threshold on; those of other cues as they are; float (n,)."""
    return values if threshold is None else np.maximum(values, FAINT * threshold)


def _named_after_themselves(levels: np.ndarray, codes: np.ndarray) -> bool:
    """Whether no value occurs in two classes, and all classes have the same ones but for the words in them."""
    of_class = [set(pd.unique(levels[codes == code])) for code in np.unique(codes)]
    shapes = [{re.sub(r"[^\W\d_]+", "a", name) for name in names} for names in of_class]
    return sum(map(len, of_class)) == len(set().union(*of_class)) and all(shape == shapes[0] for shape in shapes)


def _question(cue: Cue) -> Sentence:
    """What a cue asks: a text of our code, or of another package's, which may have been put together."""
    return ours(cue.question) if is_ours(cue.measure) else Sentence(cue.question)


def word_cue(cue: Cue, words: np.ndarray, codes: np.ndarray, learnt: np.ndarray) -> CueValues:
    """A cue that was measured as words. Those of few images are lumped: they tell nothing, and may tell on someone.

    words: (n,), each a str, or None or NaN where there is none. codes: int (n,), classes. learnt: bool (n,), the images
    that a model learns from.
    """
    word_of, kept = lumped(*_distinct(words), np.arange(len(words)))
    levels = np.array([*kept, MISSING], dtype=object)[word_of]
    names, distinct = set(pd.unique(levels)), set(pd.unique(levels[learnt]))
    why, constant = NOTHING, len(distinct) < 2 and distinct != {RARE}
    if constant:
        why = CONSTANT
    elif len(distinct) < 2 or len(distinct) > MOST_LEVELS or (levels == RARE).mean() > 0.5:
        why = _an_id(len(names), len(levels))
    elif cue.unseen and _named_after_themselves(levels[learnt], codes[learnt]):
        why = say("each class has a word of its own in it: that repeats the label, and no network sees it")
    return CueValues(
        id=cue.id,
        kind=cue.kind,
        question=_question(cue),
        levels=_held_once(levels),
        untestable=why,
        constant=constant,
    )


def measured_cue(cue: Cue, values: np.ndarray, sizes: np.ndarray, codes: np.ndarray, learnt: np.ndarray) -> CueValues:
    """A measured cue, set aside where it takes one value or could be measured in too few of the images learnt from.

    Args:
        values: float (n,), NaN where it could not be measured.
        sizes: int (n, 2), width and height in pixels.
        codes: int (n,), classes.
        learnt: bool (n,), the images that a model learns from.
    """
    values = floored(values, cue.threshold)
    known = np.isfinite(values) & learnt
    small = too_small(cue, values[learnt], sizes[learnt], codes[learnt])
    why, constant = small, False
    if not small and known.sum() < LEAST_KNOWN * learnt.sum():
        why = say("could be measured in {known} of {all} images only", known=int(known.sum()), all=int(learnt.sum()))
    elif not small and np.ptp(values[known]) == 0:
        unseen = missed(cue, values, sizes)[learnt].any()
        why, constant = SAME_WHERE_LARGE if unseen else CONSTANT, True
    return CueValues(
        id=cue.id,
        kind=cue.kind,
        question=_question(cue),
        values=values,
        threshold=cue.threshold,
        untestable=why,
        pictures_too_small=bool(small),
        constant=constant,
    )


def knowability_cue(cue: CueValues, asked: np.ndarray) -> CueValues | None:
    """Whether a cue could be measured, as a cue: JPEG quality is known of JPEG files only, which may tell a class.

    asked: bool (n,), the images in which it was looked for. That the others are too small is what `image_size` tells.
    """
    assert cue.values is not None
    known = np.isfinite(cue.values)
    if known[asked].all() or not known.any():
        return None
    return CueValues(
        id=f"{cue.id}_known",
        kind=cue.kind,
        question=say("Could {cue} be measured in one class only?", cue=cue.plain_name),
        levels=np.array(["not known", "known"], dtype=object)[known.astype(int)],
    )


def known_cues(images: ImageTable, survey: Survey, cues: Sequence[Cue], settings: Settings) -> tuple[CueValues, ...]:
    """All cues of this audit: the measured ones, then the metadata columns but the one that names the split."""
    learnt, sizes = ~images.held_out, survey.sizes
    measured = [(cue, survey.values[cue.id].to_numpy(dtype=float)) for cue in cues if not cue.words]
    numbers = [measured_cue(cue, values, sizes, images.codes, learnt) for cue, values in measured]
    asked = [~missed(cue, values, sizes) for cue, values in measured]
    words = [
        word_cue(cue, survey.values[cue.id].to_numpy(dtype=object), images.codes, learnt) for cue in cues if cue.words
    ]
    columns = [
        replace(metadata_cue(name, images.frame[f"meta_{name}"].to_numpy(dtype=object)), role=settings.role(name))
        for name in images.metadata_columns
        if name not in (settings.split, *settings.without)
    ]
    known = [knowability_cue(*each) for each in zip(numbers, asked, strict=True)]
    return (*numbers, *words, *(cue for cue in known if cue is not None), *columns)
