"""Who is trained on and who is held out: stratified by class, whole groups on one side, given splits kept."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from biasaudit.images.table import ImageTable
from biasaudit.registry import Unavailable

HELD_OUT = ("test", "val", "valid", "validation")


def assign_folds(images: ImageTable, folds: int, seed: int) -> np.ndarray:
    """Fold of each image, int (n,). An image of fold k is predicted by the network that never saw fold k.

    With a given split the held-out part (test, or val where there is no test) is a last fold of its own, and the
    network that predicts it has seen everything else; the rest is cross-fitted. Raises Unavailable where a class
    cannot be on both sides of a fold.
    """
    split = np.array([str(value).lower() for value in images.frame["split"]])
    held_out = next((split == name for name in HELD_OUT if (split == name).any()), np.zeros(images.n, dtype=bool))
    if held_out.all() or len(np.unique(images.codes[~held_out])) < len(images.classes):
        held_out = np.zeros(images.n, dtype=bool)
    inside = np.flatnonzero(~held_out)
    codes, groups = images.codes[inside], images.groups[inside]
    fewest = min(len(np.unique(groups[codes == code])) for code in np.unique(codes))
    if fewest < 2:
        raise Unavailable("a class whose images are all of one group cannot be both trained and tested on")
    folds = max(2, min(folds, fewest))
    if len(np.unique(groups)) == len(groups):  # no search over groups is needed
        splits = StratifiedKFold(folds, shuffle=True, random_state=seed).split(inside, codes)
    else:
        splits = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(inside, codes, groups)
    fold = np.full(images.n, folds)
    for number, (_, test) in enumerate(splits):
        fold[inside[test]] = number
    for number in np.unique(fold):
        if len(np.unique(images.codes[fold != number])) < len(images.classes):
            raise Unavailable("the groups cannot be split so that every fold is trained on every class")
    return fold
