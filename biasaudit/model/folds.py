"""Who is trained on and who is held out: stratified by class, whole groups on one side, given splits kept."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from biasaudit.errors import Unavailable
from biasaudit.images.table import ImageTable
from biasaudit.results import say


def assign_folds(images: ImageTable, folds: int, seed: int) -> np.ndarray:
    """Fold of each image, int (n,). An image of fold k is predicted by the network that never saw fold k.

    With a given split the held-out part (test, or val where there is no test) is a last fold of its own, and the
    network that predicts it has seen everything else; the rest is cross-fitted without it: see `trained_on`. Raises
    Unavailable where a class cannot be on both sides of a fold.
    """
    inside = np.flatnonzero(~images.held_out)
    codes, groups = images.codes[inside], images.group_codes[inside]
    fewest = min(len(np.unique(groups[codes == code])) for code in np.unique(codes))
    if fewest < 2:
        raise Unavailable(say("a class whose images are all of one group cannot be both trained and tested on"))
    folds = max(2, min(folds, fewest))
    if len(np.unique(groups)) == len(groups):  # no search over groups is needed
        splits = StratifiedKFold(folds, shuffle=True, random_state=seed).split(inside, codes)
    else:
        splits = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(inside, codes, groups)
    fold = np.full(images.n, folds)
    for number, (_, test) in enumerate(splits):
        fold[inside[test]] = number
    for number in np.unique(fold):
        if len(np.unique(images.codes[trained_on(images, fold, int(number))])) < len(images.classes):
            raise Unavailable(say("the groups cannot be split so that every fold is trained on every class"))
    return fold


def trained_on(images: ImageTable, fold: np.ndarray, number: int) -> np.ndarray:
    """bool (n,): what the network of a fold learns from: the other folds, and never the given test part."""
    return (fold != number) & ~images.held_out
