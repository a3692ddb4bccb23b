"""Whether the given test part turns round what the training part ties to the label, and the model with it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import rankdata

from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.registry import detector
from biasaudit.results import Estimate, Finding, Rung
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval, permutation_p, permuted, q_values, weighted_auc
from biasaudit.thresholds import FLOORS, Q

PERMUTATIONS = 999
LEAST = 10
"""Images of each side that both parts must hold."""
NOT_ASKED = Rung(state="untested", why="A question of the two parts of the data, not of one cue.")
SPECIFIC = ("artefact", "metadata", "property", "file")
"""The order in which kinds of cue are named: what a person can point at first."""


def _fall(scores: np.ndarray, positive: np.ndarray, held_out: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """AUC in the training part minus AUC in the test part, under each row of `weights`; float (resamples,)."""
    learnt = ~held_out
    return weighted_auc(scores[learnt], positive[learnt], weights[:, learnt]) - weighted_auc(
        scores[held_out], positive[held_out], weights[:, held_out]
    )


def _value(scores: np.ndarray, positive: np.ndarray, part: np.ndarray) -> float:
    return float(weighted_auc(scores[part], positive[part], np.ones((1, int(part.sum()))))[0])


def _p_value(
    scores: np.ndarray, positive: np.ndarray, held_out: np.ndarray, groups: np.ndarray, rng: np.random.Generator
) -> float:
    """Of a fall this large, were the images of each class dealt to the two parts by chance."""
    once = np.ones((1, len(scores)))
    observed = _fall(scores, positive, held_out, once)[0]
    dealt = np.empty((PERMUTATIONS, len(scores)), dtype=bool)
    for side in (positive, ~positive):
        dealt[:, side] = np.concatenate(list(permuted(held_out[side], groups[side], PERMUTATIONS, rng)))
    return permutation_p(float(observed), np.array([_fall(scores, positive, parts, once)[0] for parts in dealt]))


def _followed(tie: Tie, odds: np.ndarray, held_out: np.ndarray) -> float:
    """Within the classes of the test part, rank correlation of the cue with the model's log-odds: does it go along?"""
    rows = held_out & tie.known
    parts = [
        (rankdata(tie.signal[some]) - (some.sum() + 1) / 2, rankdata(odds[some]) - (some.sum() + 1) / 2)
        for side in (tie.positive, ~tie.positive)
        if (some := rows & side).sum() >= LEAST
    ]
    cue, answer = (np.concatenate(which) for which in zip(*parts, strict=True)) if parts else (np.zeros(1), np.zeros(1))
    scale = float(np.sqrt((cue**2).sum() * (answer**2).sum()))
    return float(cue @ answer) / scale if scale else 0.0


def _turned(ties: tuple[Tie, ...], images: ImageTable, predictions: Predictions, seed: int) -> list[tuple[Tie, float]]:
    """Ties of the training part that point the other way in the test part, and along which the model answers there.

    Each with its AUC in the test part; the kinds that a person can point at first, and within a kind the widest turn.
    """
    held_out = images.held_out
    tested: list[tuple[Tie, float, float]] = []
    for tie in ties:
        if tie.strength < FLOORS["association"] or (tie.known & held_out).sum() < LEAST:
            continue
        known = tie.known
        signal, positive, held, groups = tie.signal[known], tie.positive[known], held_out[known], images.groups[known]
        value = _value(signal, positive, held)
        if value < 0.5:
            p_value = _p_value(signal, positive, held, groups, generator(seed, "reversal", tie.cue.key))
            tested.append((tie, value, p_value))
    kept = [
        (tie, value)
        for (tie, value, _), q in zip(tested, q_values(np.array([p for *_, p in tested])), strict=True)
        if q < Q and _followed(tie, predictions.log_odds[:, images.classes.index(tie.label)], held_out) > 0.05
    ]
    return sorted(kept, key=lambda one: (SPECIFIC.index(one[0].cue.kind), one[1] - one[0].strength))


def _named(turned: list[tuple[Tie, float]], most: int = 5) -> str:
    names = [f"{tie.cue.id.replace('_', ' ')}" for tie, _ in turned]
    names = list(dict.fromkeys(names))
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


@detector(question="Does the given test part turn round what the model has learnt?")
def reversal(
    images: ImageTable, ties: tuple[Tie, ...], predictions: Predictions, settings: Settings
) -> Iterator[Finding]:
    """Why it matters: a test part drawn like the training part holds the same shortcuts, and rewards them. One in which
    the cues point the other way shows what the model has learnt: it falls, below chance where it had nothing else.

    How it is measured: only where a split is given. The model's AUC on the training part, out of fold, minus its AUC
    on the test part, with an interval by resampling groups. Cues whose tie to the label turns round between the two
    (permuting who is in which part within each class, corrected for the number of cues), and along which the
    model's answers go within the classes of the test part, are named as what carries the fall.

    What it cannot show: which of several cues that turned together is used; their own findings ask that.

    References: Bissoto, Valle & Avila 2020 (Debiasing skin lesion datasets and models? Not so fast, CVPR Workshops).
    """
    held_out = images.held_out
    sizes = [(images.codes[held_out] == code).sum() for code in range(len(images.classes))]
    if not held_out.any() or min(sizes) < LEAST:
        return
    # Of two classes the rarer is named; of several the one that falls most.
    falls = []
    for code in range(len(images.classes)):
        odds, positive = predictions.log_odds[:, code], images.codes == code
        falls.append(_value(odds, positive, ~held_out) - _value(odds, positive, held_out))
    code = int(np.argmin(sizes)) if len(sizes) == 2 else int(np.argmax(falls))
    odds, positive, label = predictions.log_odds[:, code], images.codes == code, images.classes[code]
    before, after = _value(odds, positive, ~held_out), _value(odds, positive, held_out)
    low, high = interval(
        lambda weights: _fall(odds, positive, held_out, weights),
        images.groups,
        generator(settings.seed, "reversal", "interval"),
    )
    p_value = _p_value(odds, positive, held_out, images.groups, generator(settings.seed, "reversal", "model"))
    fallen = p_value < Q and low > 0 and before - after >= FLOORS["disparity"]
    turned = _turned(ties, images, predictions, settings.seed) if fallen else []
    named = _named(turned)
    figures = f"AUC {before:.2f} out of fold in the training part and {after:.2f} in the given test part"
    rung = Rung(
        state="yes" if fallen else "no",
        estimate=Estimate(
            measure=f"AUC of the model for {label}: training part, out of fold, minus given test part",
            value=before - after,
            low=min(low, before - after),
            high=max(high, before - after),
            null=0.0,
            limit=1.0,
            n=images.n,
        ),
        p_value=p_value,
        q_value=p_value,
        method="comparison of the two parts of the given split",
        why=f"The model tells {label} with {figures}."
        + (f" There the ties of {named} turn round, and its answers go along with them." if turned else ""),
    )
    wrong = np.flatnonzero(held_out & (predictions.log_odds.argmax(axis=1) != images.codes))
    wrong = wrong[np.argsort(-np.abs(odds[wrong]), kind="stable")]
    if turned:
        title = f"In the given test part the ties of {named} to {label} turn round, and the model falls: {figures}."
    elif fallen:
        title = f"The model falls in the given test part: {figures}; no cue that it was tested for turns round there."
    else:
        title = f"The model does as well in the given test part: {figures}."
    yield Finding(
        id="representation-given-split",
        detector="reversal",
        cue="given_split",
        kind="representation",
        verdict="shortcut" if turned else "gap" if fallen else "clear",
        label=label,
        title=title,
        rungs={"association": NOT_ASKED, "encoding": NOT_ASKED, "reliance": NOT_ASKED, "disparity": rung},
        counterexamples=tuple(map(str, images.ids[wrong[:20]])),
        recommendation=(
            f"Do not trust figures from data in which {named} fall as in the training part; even them out, and train "
            "and audit again."
            if turned
            else "Find out how the test part differs from the training part."
            if fallen
            else "Nothing to do."
        ),
        question="Does the given test part turn round what the model has learnt?",
        explanation="Several cues that turn together cannot be told apart by this; their own findings ask each.",
    )
