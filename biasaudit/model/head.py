"""The linear head on pooled features: fitted in closed form, or taken from a trained network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

STRENGTHS = (0.0003, 0.003, 0.03)
"""Inverse penalties tried, for standardised features."""
STRONGEST = 0.0001
"""Tried as well where images count differently."""


@dataclass(frozen=True, eq=False)
class Head:
    """logits = pooled features @ weights + bias."""

    weights: np.ndarray
    """float32 (features, classes)."""
    bias: np.ndarray
    """float32 (classes,)."""

    def logits(self, pooled: np.ndarray) -> np.ndarray:
        """float (n, features) -> float (n, classes)."""
        return pooled @ self.weights + self.bias


def fit_head(
    pooled: np.ndarray, codes: np.ndarray, penalty: float, seed: int, weights: np.ndarray | None = None
) -> Head:
    """Multinomial logistic regression with balanced class weights (L-BFGS), on standardised features.

    pooled: float (n, features). codes: int (n,). penalty: inverse strength of the L2 penalty. weights: float (n,), how
    much each image counts within its class; None: all alike.
    """
    scaler = StandardScaler().fit(pooled)
    model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=500, random_state=seed)
    model.fit(scaler.transform(pooled), codes, sample_weight=weights)
    slopes, bias = model.coef_.T, model.intercept_
    if slopes.shape[1] == 1:  # two classes share one column: split it evenly between them
        slopes, bias = np.hstack([-slopes, slopes]) / 2, np.array([-bias[0], bias[0]]) / 2
    slopes = slopes / scaler.scale_[:, None]
    return Head(slopes.astype(np.float32), (bias - scaler.mean_ @ slopes).astype(np.float32))


def choose_penalty(
    pooled: np.ndarray, codes: np.ndarray, groups: np.ndarray, seed: int, weights: np.ndarray | None = None
) -> float:
    """The inverse penalty with the lowest out-of-fold log loss; groups, int (n,), are kept whole.

    The rest as in `fit_head`.

    With weights it is the strongest penalty within one standard error of that, logits scaled as suits them best
    (Breiman et al. 1984, section 3.4.3): the few images that count for many are else learnt by heart, and the cue with
    them (Sagawa et al. 2020).
    """
    splits = list(StratifiedGroupKFold(3, shuffle=True, random_state=seed).split(pooled, codes, groups))
    if any(len(np.unique(codes[train])) < len(np.unique(codes)) for train, _ in splits):
        return STRENGTHS[1] if weights is None else STRONGEST
    if weights is not None:
        return _within_one_error(pooled, codes, splits, weights, seed)

    def loss(penalty: float) -> float:
        losses = []
        for train, test in splits:
            logits = fit_head(pooled[train], codes[train], penalty, seed).logits(pooled[test])
            losses.append(log_loss(codes[test], softmax(logits), labels=np.unique(codes)))
        return float(np.mean(losses))

    return min(STRENGTHS, key=loss)


def _within_one_error(
    pooled: np.ndarray, codes: np.ndarray, splits: list[tuple[np.ndarray, np.ndarray]], weights: np.ndarray, seed: int
) -> float:
    share = weights / np.bincount(codes, weights)[codes]  # each class counts as much as any other, as in the head
    share /= share.sum()

    def losses(penalty: float) -> np.ndarray:
        logits = np.empty((len(codes), len(np.unique(codes))))
        for train, test in splits:
            logits[test] = fit_head(pooled[train], codes[train], penalty, seed, weights[train]).logits(pooled[test])

        def scaled(factor: float) -> np.ndarray:
            told = softmax(np.exp(factor) * logits)[np.arange(len(codes)), codes]
            return -np.log(np.maximum(told, 1e-12))

        # A strong penalty makes small logits: what counts is what they tell, not how sure they sound.
        return scaled(minimize_scalar(lambda factor: share @ scaled(factor), bounds=(-4, 4), method="bounded").x)

    each = {penalty: losses(penalty) for penalty in (STRONGEST, *STRENGTHS)}
    best = min(each.values(), key=lambda loss: float(share @ loss))
    lowest = share @ best
    error = np.sqrt(np.sum((share * (best - lowest)) ** 2))
    return min(penalty for penalty, loss in each.items() if share @ loss <= lowest + error)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Logits, float (n, classes) -> probabilities, float64 (n, classes), rows sum to 1."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def log_odds(logits: np.ndarray) -> np.ndarray:
    """Logits, float (n, classes) -> each class against all others together: log p / (1 - p), float64 (n, classes)."""
    logits = logits.astype(np.float64)
    others = np.stack(
        [np.logaddexp.reduce(np.delete(logits, code, axis=1), axis=1) for code in range(logits.shape[1])],
        axis=1,
    )
    return logits - others
