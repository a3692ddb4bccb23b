"""What may be the matter with a given model that tells the classes badly: the order of its classes, or the pixels."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from biasaudit.images.pixels import PixelStore
from biasaudit.images.table import ImageTable
from biasaudit.model.answers import log_odds_of, probabilities_of
from biasaudit.model.given.opening import PIXELS, from_keras
from biasaudit.model.given.user_model import UserClassifier
from biasaudit.model.interface import BATCH
from biasaudit.results import NOTHING, Name, Sentence, joined, say
from biasaudit.results.sentences import ours
from biasaudit.settings import Settings
from biasaudit.stats import auc, generator
from biasaudit.stats.macro_auc import macro_auc

BETTER = 0.1
"""AUC, mean over classes, that another order must gain before it is spoken of."""
ABOVE_CHANCE = 0.65
"""The least AUC, mean over classes, with which another order or range can be the right one."""
SAMPLE = 50
"""Images of a class that another range is tried on."""


def order_hint(model: UserClassifier, odds: np.ndarray, codes: np.ndarray, classes: list[str]) -> Sentence:
    """A sentence where the answers go with the classes in another order; "" where the given one is as good.

    odds: float (n, classes). codes: int (n,).
    """
    each = range(len(classes))
    areas = np.nan_to_num([[auc(odds[:, answer], codes == code) for code in each] for answer in each], nan=0.5)
    answers, best = linear_sum_assignment(-areas)
    now, then = float(np.diag(areas).mean()), float(areas[answers, best].mean())
    if then - now < BETTER or then < ABOVE_CHANCE:
        return NOTHING
    names = list(model.model.classes)
    for answer, code in zip(model.columns, best, strict=True):
        names[answer] = classes[code]
    return say(
        "Its answers go better with the classes in another order (AUC {then:.2f} against {now:.2f}): if that is how "
        "it was trained, add --classes {names}.",
        then=then,
        now=now,
        names=joined([Name("label", name) for name in names], say(",")),
    )


def range_hint(
    model: UserClassifier,
    odds: np.ndarray,
    images: ImageTable,
    store: PixelStore,
    rows: np.ndarray,
    settings: Settings,
) -> Sentence:
    """A sentence where a Keras model tells the classes better, and is less often surely wrong, in another range.

    Both are asked, since a network of rectifiers without a bias keeps the order of its answers whatever the scale.

    odds: float (n, classes), in the range that was chosen. rows: int (n,), where in the store the images' pixels are.
    """
    given = model.model
    if given.source is None:
        return NOTHING
    some = _some_of_each(images, settings.seed)
    codes, pixels = images.codes[some], store.read(rows[some])
    here = odds[some]
    for other in PIXELS:
        if other == settings.pixels:
            continue
        rescaled = from_keras(given.source, given.classes, pixels=other, size=given.size)
        raw = [rescaled.answer(pixels[start : start + BATCH]) for start in range(0, len(pixels), BATCH)]
        rows_there = np.concatenate(raw).astype(np.float64)
        if not np.isfinite(rows_there).all():
            continue
        there = log_odds_of(rows_there, model.scale)[:, model.columns]
        areas = macro_auc(here, codes), macro_auc(there, codes)
        losses = _loss(here, codes), _loss(there, codes)
        if areas[1] >= max(ABOVE_CHANCE, areas[0]) and losses[1] < losses[0] / 2:
            return say(
                "With pixels from {before} it tells the classes with AUC {here:.2f}, and from {after} with "
                "{there:.2f} and surer: if that is how it was trained, add --pixels {other}.",
                before=ours(settings.pixels.replace("..", " to ")),
                here=areas[0],
                after=ours(other.replace("..", " to ")),
                there=areas[1],
                other=ours(other),
            )
    return NOTHING


def _loss(odds: np.ndarray, codes: np.ndarray) -> float:
    own = probabilities_of(odds)[np.arange(len(codes)), codes]
    return float(-np.log(np.maximum(own, 1e-9)).mean())


def _some_of_each(images: ImageTable, seed: int) -> np.ndarray:
    """Rows of up to `SAMPLE` images of each class, int, in order."""
    order = generator(seed, "given", "pixels").permutation(images.n)
    return np.sort(np.concatenate([order[images.codes[order] == c][:SAMPLE] for c in range(len(images.classes))]))
