"""Cues that were measured in every picture or file, as numbers or as words."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from biasaudit.cues.cue import Cue
from biasaudit.evidence.measure.columns import RARE, lumped
from biasaudit.evidence.named.cue_values import CONSTANT, MISSING, SAME_WHERE_LARGE, CueValues, as_id, held_once
from biasaudit.evidence.named.too_small import LEAST_KNOWN, missed, too_small
from biasaudit.images.values import MOST_LEVELS, distinct
from biasaudit.results import NOTHING, Sentence, ours, say
from biasaudit.runtime.plugins import is_ours

FAINT = 0.5
"""Share of an artefact's threshold below which its values count as equal: what is seen there is the picture."""


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
    word_of, kept = lumped(*distinct(words), np.arange(len(words)))
    levels = np.array([*kept, MISSING], dtype=object)[word_of]
    names, of_learnt = set(pd.unique(levels)), set(pd.unique(levels[learnt]))
    why, constant = NOTHING, len(of_learnt) < 2 and of_learnt != {RARE}
    if constant:
        why = CONSTANT
    elif len(of_learnt) < 2 or len(of_learnt) > MOST_LEVELS or (levels == RARE).mean() > 0.5:
        why = as_id(len(names), len(levels))
    elif cue.unseen and _named_after_themselves(levels[learnt], codes[learnt]):
        why = say("each class has a word of its own in it: that repeats the label, and no network sees it")
    return CueValues(
        id=cue.id,
        kind=cue.kind,
        question=_question(cue),
        levels=held_once(levels),
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
