"""Rung two: can the cue be read from the model's features beyond what the label tells?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from biasaudit.detectors.detector import detector
from biasaudit.detectors.rung import NOT_TIED, RungResult
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import Estimate, say
from biasaudit.settings import Settings
from biasaudit.stats import auc, bootstrap_weights, generator, permutation_p, permutations_for, permuted, weighted_auc
from biasaudit.thresholds import FLOORS

PERMUTATIONS = 499
RESAMPLES = 300
FOLDS = 5
LEAST = 40
"""Images a stratum (one class in one feature space) must hold to be probed."""
MOST = 1500
"""A stratum is thinned to this many, since the probe needs their n x n similarities."""
RIDGE = 0.5
"""Penalty, with similarities scaled so that an image's with itself is 1 on average."""

NO_FEATURES = say("The given model shows its answers only, not the features that it makes them from.")


class Stratum:
    """Images of one class in one feature space, with the linear map from a target to its out-of-fold prediction.

    Ridge regression is linear in its target, so one matrix serves every cue and every permutation.
    """

    def __init__(self, rows: np.ndarray, embedding: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> None:
        self.rows, self.groups = rows, groups[rows]
        centred = embedding[rows] - embedding[rows].mean(axis=0)
        centred = centred / np.maximum(centred.std(axis=0), 1e-6)
        similarity = centred @ centred.T / centred.shape[1]
        _, codes = np.unique(groups[rows], return_inverse=True)
        fold = rng.permutation(int(codes.max()) + 1)[codes] % FOLDS
        self.smoother = np.zeros_like(similarity, dtype=np.float64)
        for number in range(FOLDS):
            test, train = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
            if len(test) and len(train):
                inner = similarity[np.ix_(train, train)] + RIDGE * np.eye(len(train))
                weights = np.linalg.solve(inner, similarity[np.ix_(train, test)]).T
                # Centre the target on the training images' mean.
                self.smoother[np.ix_(test, train)] = weights + (1 - weights.sum(axis=1, keepdims=True)) / len(train)

    def auc(self, target: np.ndarray) -> float:
        """AUC of the out-of-fold prediction of a target over this stratum; target: bool (n,), of its n images."""
        return auc(self.smoother @ target.astype(np.float64), target)

    def null(self, target: np.ndarray, permutations: int, rng: np.random.Generator) -> np.ndarray:
        """The same for targets permuted, whole groups at a time; bool (n,) -> float (permutations,)."""
        inside = int(target.sum())
        found = []
        for some in permuted(target, self.groups, permutations, rng):
            predicted = some.astype(np.float64) @ self.smoother.T
            # Ties are as good as impossible among predictions, so the order alone gives the ranks.
            ordered = np.take_along_axis(some, np.argsort(predicted, axis=1), axis=1)
            ranks = ordered @ np.arange(1, len(target) + 1, dtype=np.float64)
            found.append((ranks - inside * (inside + 1) / 2) / (inside * (len(target) - inside)))
        return np.concatenate(found)

    def resampled(self, target: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The same over resampled groups; bool (n,) -> float (RESAMPLES,)."""
        predicted = self.smoother @ target.astype(np.float64)
        weights = bootstrap_weights(self.groups, RESAMPLES, rng)
        return np.concatenate([weighted_auc(predicted, target, some) for some in weights])


def _strata(images: ImageTable, embedding: np.ndarray, spaces: np.ndarray, rng: np.random.Generator) -> list[Stratum]:
    strata = []
    for space in np.unique(spaces):
        for code in range(len(images.classes)):
            rows = np.flatnonzero((spaces == space) & (images.codes == code))
            if len(rows) > MOST:
                rows = np.sort(rng.choice(rows, MOST, replace=False))
            if len(rows) >= LEAST:
                strata.append(Stratum(rows, embedding, images.groups, rng))
    return strata


def _target(tie: Tie, rows: np.ndarray) -> np.ndarray | None:
    """What the probe must tell inside a stratum: the flag, or for a property the upper half."""
    if tie.cue.levels is not None or tie.cue.threshold is not None:
        target = tie.present[rows]
    else:
        signal = np.nan_to_num(tie.signal[rows], nan=float(np.nanmedian(tie.signal)))
        target = signal > np.median(signal)
    return target if min(target.sum(), (~target).sum()) >= 8 else None


def _probe(tie: Tie, strata: list[Stratum], permutations: int, rng: np.random.Generator) -> RungResult:
    targets = [(stratum, target) for stratum in strata if (target := _target(tie, stratum.rows)) is not None]
    if not targets:
        return RungResult(
            cue=tie.cue.key,
            label=tie.label,
            rung="encoding",
            why=say("Too few images within one class both with and without it to tell it from the label."),
        )
    weights = np.array([target.sum() * (~target).sum() for _, target in targets], dtype=float)
    weights /= weights.sum()
    value = float(weights @ [stratum.auc(target) for stratum, target in targets])
    null = weights @ [stratum.null(target, permutations, rng) for stratum, target in targets]
    drawn = weights @ [stratum.resampled(target, rng) for stratum, target in targets]
    low, high = np.nanquantile(drawn, [0.025, 0.975]) if np.isfinite(drawn).any() else (0.0, 1.0)
    n = sum(len(stratum.rows) for stratum, _ in targets)
    return RungResult(
        cue=tie.cue.key,
        label=tie.label,
        rung="encoding",
        method=say("linear probe within each class"),
        p_value=permutation_p(value, null),
        estimate=Estimate(
            measure=say("AUC of {cue} read from the features, label held", cue=tie.cue.name),
            value=value,
            low=min(float(low), value),
            high=max(float(high), value),
            null=0.5,
            limit=1.0,
            n=n,
        ),
        why=say("Among images of one class, the model's features tell it with AUC {value:.2f}.", value=value),
    )


@detector(question="Can the model's features tell the cue, beyond what the label tells?")
def encoding(
    images: ImageTable, ties: tuple[Tie, ...], predictions: Predictions, settings: Settings
) -> Iterator[RungResult]:
    """Why it matters: a model can only use what its features hold; holding it beyond the label means it was kept.

    How it is measured: the model is a logistic head on the frozen features of a pretrained network (or a network that
    was trained whole: --finetune), cross-fitted by class and group, so that each image is judged by a model that never
    saw it. A ridge probe, fitted within each class on other images than it is scored on, predicts the cue from the
    pooled features; the AUC is averaged over classes and held against permutations within class.

    What it cannot show: use. Features pretrained on photographs of everything encode most cues, used or not. Of a model
    that is a function the features are unknown, and this is not asked; of a given Keras classifier they are what its
    last Dense layer is given.

    References: Pavlak 2023, Data AUDIT (arXiv 2304.03218): detectability.
    """
    embedding = predictions.embedding
    strata = (
        [] if embedding is None else _strata(images, embedding, predictions.space, generator(settings.seed, "strata"))
    )
    permutations = permutations_for(sum(tie.strength >= FLOORS["association"] for tie in ties), PERMUTATIONS)
    for tie in ties:
        if tie.strength < FLOORS["association"] and tie.cue.role != "sensitive":
            yield RungResult(cue=tie.cue.key, label=tie.label, rung="encoding", why=NOT_TIED)
        elif embedding is None:
            yield RungResult(cue=tie.cue.key, label=tie.label, rung="encoding", why=NO_FEATURES)
        else:
            yield _probe(tie, strata, permutations, generator(settings.seed, "encoding", tie.cue.key))
