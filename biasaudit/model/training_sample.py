"""Which images a network is trained on where the user limits their number: each class in its share, whole groups."""

from __future__ import annotations

import numpy as np
import pandas as pd

from biasaudit.errors import Unavailable
from biasaudit.images.table import ImageTable
from biasaudit.results import say
from biasaudit.stats import generator

FEWEST = 20
"""Images of each class that are kept, however rare it is, where it has as many."""


def training_sample(images: ImageTable, limit: int | None, seed: int) -> np.ndarray:
    """bool (n,): of the images outside the given test part about `limit`, or all where there are no more.

    Groups are taken whole, in random order, as long as a class of theirs lacks images: there can be a few more than
    `limit`, by one group a class. All images are still predicted, each by a network that never saw its group.
    """
    learnt = ~images.held_out
    if limit is None or limit >= learnt.sum():
        return learnt
    codes, groups = images.codes, images.group_codes
    n_groups = int(groups.max()) + 1
    counts = np.bincount(codes[learnt], minlength=len(images.classes))
    lacking = np.minimum(counts, np.maximum(FEWEST, np.round(limit * counts / counts.sum()).astype(int)))
    order = np.argsort(generator(seed, "training sample").permutation(n_groups)[groups], kind="stable")
    order = order[learnt[order]]
    chosen = np.zeros(images.n, dtype=bool)
    if n_groups == images.n:  # each image by itself: the first of each class
        of_class = codes[order]
        chosen[order] = pd.Series(of_class).groupby(of_class).cumcount().to_numpy() < lacking[of_class]
        return chosen
    for rows in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        if (lacking[codes[rows]] > 0).any():
            chosen[rows] = True
            np.subtract.at(lacking, codes[rows], 1)
    return chosen


def check_folds(images: ImageTable, fold: np.ndarray, sample: np.ndarray) -> None:
    """Raise Unavailable where a fold's network would be trained without a class.

    fold: int (n,). sample: bool (n,), the images that are trained on.
    """
    for number in np.unique(fold):
        if len(np.unique(images.codes[sample & (fold != number)])) < len(images.classes):
            raise Unavailable(say("needs images of every class in the sample that --train-limit leaves: raise it"))
