"""Ridge regression as one matrix from labels to what is said of each image out of fold.

It is linear in its target, so that one matrix serves every permutation of the labels: a test that would take
hundreds of fits of a logistic head takes as many products.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve
from scipy.stats import rankdata

RIDGE = 0.5
"""Penalty, with similarities scaled so that an image's with itself is 1 on average."""


def out_of_fold_ridge(features: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Matrix, float64 (n, n), that times a target (n,) predicts each image by a ridge regression on the other folds.

    features: float (n, features). fold: int (n,). Features are standardised over all images, which needs no label.
    """
    centred = features.astype(np.float64) - features.mean(axis=0)
    centred /= np.maximum(centred.std(axis=0), 1e-6)
    similarity = centred @ centred.T / centred.shape[1]
    matrix = np.zeros_like(similarity)
    for number in np.unique(fold):
        test, train = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        inner = similarity[np.ix_(train, train)] + RIDGE * np.eye(len(train))
        weights = solve(inner, similarity[np.ix_(train, test)], assume_a="pos").T
        # Centre the target on the training images' mean.
        matrix[np.ix_(test, train)] = weights + (1 - weights.sum(axis=1, keepdims=True)) / len(train)
    return matrix


def macro_auc_of_each(matrix: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """AUC of its predictions, mean over classes of one against the rest, for each row of labels; float (rows,).

    matrix: what `out_of_fold_ridge` returns, float64 (n, n). labels: int (rows, n), each row with every class in it.
    """
    areas, codes = [], np.unique(labels)
    for code in codes[1:] if len(codes) == 2 else codes:  # of two classes each has the other's AUC
        positive = labels == code
        # Rounded, since images with equal features must tie: the last bit of a product depends on its place.
        ranks = rankdata(np.round(positive.astype(np.float64) @ matrix.T, 9), axis=1)
        inside = positive.sum(axis=1)
        above = (ranks * positive).sum(axis=1) - inside * (inside + 1) / 2
        areas.append(above / (inside * (labels.shape[1] - inside)))
    return np.mean(areas, axis=0)
