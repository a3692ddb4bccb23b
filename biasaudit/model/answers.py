"""What the answers of a model trained elsewhere mean: checked, and turned into log-odds of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from biasaudit.errors import UsageError
from biasaudit.model.head import log_odds
from biasaudit.model.layers import OutputActivation

OutputScale = Literal["softmax", "sigmoid", "logits"]
"""Probabilities that sum to 1 over the classes, a probability of each class by itself, or what comes before either."""
TOLERANCE = 0.01
"""By which a probability may miss its range, and a row its sum: half precision is no finer."""
LEAST = 1e-37
NEXT_TO_ONE = 6e-8
"""The smallest share that float32 can tell from 0, and the smallest distance from 1."""


def as_rows(answers: Any, n: int, classes: Sequence[str], name: str) -> np.ndarray:
    """What a model returned for n images, float64 (n, outputs): one output a class, or one in all for two classes.

    Raises:
        UsageError: it is of another shape, or no numbers.
    """
    try:
        rows = np.asarray(answers, dtype=np.float64)
    except (TypeError, ValueError) as fault:
        raise UsageError(f"{name} did not answer with numbers: {fault}.") from fault
    rows = rows[:, None] if rows.ndim == 1 else rows
    if rows.ndim != 2 or len(rows) != n:
        raise UsageError(
            f"{name} answered {n} images with an array of shape {rows.shape}; expected is (images, classes)."
        )
    outputs = rows.shape[1]
    if outputs != len(classes) and not (outputs == 1 and len(classes) == 2):
        listed = ", ".join(classes[:8]) + (", ..." if len(classes) > 8 else "")
        raise UsageError(
            f"{name} gives {outputs} answer{'' if outputs == 1 else 's'} an image, and there are {len(classes)} "
            f"classes ({listed}). Name the classes of its answers, in their order, with --classes."
        )
    return rows


def check_finite(rows: np.ndarray, name: str, ids: Sequence[str] = ()) -> None:
    """Raise UsageError where an answer, float (n, outputs), is not finite, naming the image where `ids` are known."""
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(bad):
        which = f" for {ids[int(bad[0])]}" if len(ids) else ""
        raise UsageError(
            f"{name} answers with NaN or infinity{which} ({len(bad)} of {len(rows)} images): such a model cannot be "
            "audited. Check its weights and the range of pixels that it takes."
        )


def output_scale_of(rows: np.ndarray, activation: OutputActivation | None, name: str) -> OutputScale:
    """The scale of finite answers, float (n, outputs).

    activation: of a Keras model's last layer; None of a function.

    Raises:
        UsageError: a function's answers are no probabilities, or the only output is a softmax.
    """
    if activation == "softmax" and rows.shape[1] == 1:
        raise UsageError(f"{name} has a single output with a softmax, which answers 1 to every image.")
    if activation == "sigmoid":
        return "sigmoid"
    one = rows.shape[1] == 1
    within = bool((rows >= -TOLERANCE).all() and (rows <= 1 + TOLERANCE).all())
    sums = rows.sum(axis=1)
    if activation == "linear":
        # Logits do not sum to 1 in every row; a layer that divides by its sum does, and bears no name of its own.
        return "softmax" if within and not one and bool((abs(sums - 1) <= TOLERANCE).all()) else "logits"
    if not within:
        raise UsageError(
            f"{name} must answer with probabilities, and its answers range from {rows.min():.3g} to {rows.max():.3g}. "
            f"{_step_to_probabilities(rows)}"
        )
    if one:
        return "sigmoid"
    if not bool((abs(sums - 1) <= TOLERANCE).all()):
        worst = sums[int(np.argmax(abs(sums - 1)))]
        raise UsageError(f"{name} must answer with probabilities whose rows sum to 1, and a row sums to {worst:.3g}.")
    return "softmax"


def _step_to_probabilities(rows: np.ndarray) -> str:
    """What makes probabilities of answers, float (n, outputs), that are none."""
    hundreds = rows.shape[1] == 1 or bool((abs(rows.sum(axis=1) - 100) <= 100 * TOLERANCE).all())
    if (rows >= 0).all() and rows.max() <= 100 * (1 + TOLERANCE) and hundreds:
        return "They look like percentages: divide them by 100 before they are returned."
    if rows.shape[1] > 1 and (rows == np.rint(rows)).all() and (rows >= 0).all():
        return "They look like counts or classes: return the share of each class, one column a class."
    if rows.shape[1] == 1:
        return "They look like logits: pass them through a sigmoid, 1 / (1 + exp(-x)), before they are returned."
    return "They look like logits: pass each row through a softmax before it is returned."


def log_odds_of(rows: np.ndarray, scale: OutputScale) -> np.ndarray:
    """Finite answers, float (n, outputs) -> each class's log p / (1 - p), float64 (n, classes).

    A single output speaks for the second of two classes.
    """
    if scale == "sigmoid":
        rows = np.log(np.maximum(rows, LEAST)) - np.log(np.maximum(1 - rows, NEXT_TO_ONE))
    if rows.shape[1] == 1:
        return np.hstack([-rows, rows])
    if scale == "sigmoid":
        return rows
    # 1 - p as the sum of the others, which are known to more digits where p is next to 1.
    return log_odds(np.log(np.maximum(rows, LEAST)) if scale == "softmax" else rows)


def probabilities_of(odds: np.ndarray) -> np.ndarray:
    """Log-odds, float (n, classes) -> probabilities, float64 (n, classes), rows sum to 1."""
    each = 1 / (1 + np.exp(-np.clip(odds, -700, 700)))
    return each / np.maximum(each.sum(axis=1, keepdims=True), LEAST)
