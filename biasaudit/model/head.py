"""The linear head on pooled features: fitted in closed form, or taken from a trained network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

STRENGTHS = (0.0003, 0.003, 0.03)
"""Inverse penalties tried, for standardised features."""


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


def fit_head(pooled: np.ndarray, codes: np.ndarray, penalty: float, seed: int) -> Head:
    """Multinomial logistic regression with balanced class weights (L-BFGS), on standardised features."""
    scaler = StandardScaler().fit(pooled)
    model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=500, random_state=seed)
    model.fit(scaler.transform(pooled), codes)
    weights, bias = model.coef_.T, model.intercept_
    if weights.shape[1] == 1:  # two classes share one column: split it evenly between them
        weights, bias = np.hstack([-weights, weights]) / 2, np.array([-bias[0], bias[0]]) / 2
    weights = weights / scaler.scale_[:, None]
    return Head(weights.astype(np.float32), (bias - scaler.mean_ @ weights).astype(np.float32))


def choose_penalty(pooled: np.ndarray, codes: np.ndarray, groups: np.ndarray, seed: int) -> float:
    """The inverse penalty with the lowest out-of-fold log loss."""
    splits = list(StratifiedGroupKFold(3, shuffle=True, random_state=seed).split(pooled, codes, groups))
    if any(len(np.unique(codes[train])) < len(np.unique(codes)) for train, _ in splits):
        return STRENGTHS[1]

    def loss(penalty: float) -> float:
        losses = []
        for train, test in splits:
            logits = fit_head(pooled[train], codes[train], penalty, seed).logits(pooled[test])
            losses.append(log_loss(codes[test], softmax(logits), labels=np.unique(codes)))
        return float(np.mean(losses))

    return min(STRENGTHS, key=loss)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Rows to probabilities, float64 (n, classes)."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def log_odds(logits: np.ndarray) -> np.ndarray:
    """Each class against all others together: log p / (1 - p), float64 (n, classes)."""
    logits = logits.astype(np.float64)
    others = np.stack(
        [np.logaddexp.reduce(np.delete(logits, code, axis=1), axis=1) for code in range(logits.shape[1])],
        axis=1,
    )
    return logits - others
