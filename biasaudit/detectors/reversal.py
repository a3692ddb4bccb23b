"""Whether the given test part turns round what the training part ties to the label, and the model with it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import rankdata

from biasaudit.detectors.accuracy_fall import accuracy_fall
from biasaudit.detectors.detector import detector
from biasaudit.errors import Unavailable
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import Estimate, Finding, Rung
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval, permutation_p, permuted, q_values, weighted_auc
from biasaudit.thresholds import FLOORS, Q

ID, QUESTION = "representation-given-split", "Does the given test part turn round what the model has learnt?"
PERMUTATIONS = 999
LEAST = 10
"""Images of each side that both parts must hold."""
ONE_SIDED = "Needs a model trained here: a given one may know the training part by heart, and falls beside it for that."
NOT_ASKED = Rung(state="untested", why="A question of the two parts of the data, not of one cue.")
KINDS = ("artefact", "metadata", "property", "file")
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


Ranked = tuple[np.ndarray, np.ndarray, np.ndarray]


def _within_classes(tie: Tie, odds: np.ndarray, held_out: np.ndarray) -> list[Ranked]:
    """Of each class of the test part: the rows, and centred ranks of the cue and of the model's log-odds."""
    sides = [np.flatnonzero(held_out & tie.known & side) for side in (tie.positive, ~tie.positive)]
    found = []
    for rows in sides:
        if len(rows) >= LEAST:
            cue, answer = (rankdata(values[rows]) - (len(rows) + 1) / 2 for values in (tie.signal, odds))
            found.append((rows, cue, answer))
    return found


def _followed_p(
    tie: Tie, odds: np.ndarray, held_out: np.ndarray, groups: np.ndarray, rng: np.random.Generator
) -> float:
    """Of answers that go along with the cue so far within the classes of the test part, were they dealt by chance."""
    parts = _within_classes(tie, odds, held_out)
    observed = sum(float(cue @ answer) for _, cue, answer in parts)
    null = np.zeros(PERMUTATIONS)
    for rows, cue, answer in parts:
        null += np.concatenate(list(permuted(answer, groups[rows], PERMUTATIONS, rng))) @ cue
    return permutation_p(observed, null) if parts else 1.0


def _turned(
    ties: tuple[Tie, ...], images: ImageTable, predictions: Predictions, code: int, seed: int
) -> list[tuple[Tie, float]]:
    """Ties of the training part that point the other way in the test part, and along which the model answers there.

    Each with its AUC in the test part; the kinds that a person can point at first, and within a kind the widest turn.
    Both must be beyond chance, corrected for every tie that there is. Of several classes only ties to the one that
    falls count.
    """
    held_out, label = images.held_out, images.classes[code]
    tested: list[tuple[Tie, float, float]] = []
    for tie in ties:
        known, value, p_value = tie.known, 1.0, 1.0
        signal, positive, held, groups = tie.signal[known], tie.positive[known], held_out[known], images.groups[known]
        concerns = len(images.classes) == 2 or tie.label == label
        if concerns and tie.strength >= FLOORS["association"] and held.sum() >= LEAST:
            value = _value(signal, positive, held)
        if value < 0.5:
            rng = generator(seed, "reversal", tie.cue.key)
            odds = predictions.log_odds[:, images.classes.index(tie.label)]
            p_value = max(
                _p_value(signal, positive, held, groups, rng), _followed_p(tie, odds, held_out, images.groups, rng)
            )
        tested.append((tie, value, p_value))
    q = q_values(np.array([p_value for *_, p_value in tested]))
    kept = [(tie, value) for (tie, value, _), corrected in zip(tested, q, strict=True) if corrected < Q]
    return sorted(kept, key=lambda one: (KINDS.index(one[0].cue.kind), one[1] - one[0].strength))


def _named(turned: list[tuple[Tie, float]], most: int = 5) -> str:
    names = [f"{tie.cue.id.replace('_', ' ')}" for tie, _ in turned]
    names = list(dict.fromkeys(names))
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def _untested(why: str) -> Finding:
    rung = Rung(state="untested", why=why)
    return Finding(
        id=ID,
        detector="reversal",
        cue="given_split",
        kind="representation",
        verdict="untested",
        label=None,
        title=f"Whether the given test part turns ties round was not tested: {why}",
        rungs={"association": NOT_ASKED, "encoding": NOT_ASKED, "reliance": NOT_ASKED, "disparity": rung},
        recommendation="Hold out more images of every class.",
        question=QUESTION,
    )


def _accuracy_gap(images: ImageTable, predictions: Predictions, figures: str, seed: int) -> Finding | None:
    """The finding where the model is right less often in the test part though its AUC holds; None where it is not."""
    fall = accuracy_fall(images, predictions, seed)
    if not fall.fallen:
        return None
    label = images.classes[fall.code]
    words = (
        f"{fall.before:.0%} called rightly out of fold in the training part and {fall.after:.0%} in the given test "
        f"part, mean over classes; most so {label}, {fall.of_class[0]:.0%} and {fall.of_class[1]:.0%}"
    )
    own = predictions.log_odds[np.arange(images.n), images.codes]
    wrong = np.flatnonzero(images.held_out & (predictions.log_odds.argmax(axis=1) != images.codes))
    wrong = wrong[np.lexsort((own[wrong], images.codes[wrong] != fall.code))]
    rung = Rung(
        state="yes",
        estimate=fall.estimate,
        p_value=fall.p_value,
        q_value=fall.p_value,
        method="comparison of the two parts of the given split",
        why=f"Images are {words}. The order of the answers holds: {figures}.",
    )
    return Finding(
        id=ID,
        detector="reversal",
        cue="given_split",
        kind="representation",
        verdict="gap",
        label=label,
        title=f"The model is right less often in the given test part: {words}.",
        rungs={"association": NOT_ASKED, "encoding": NOT_ASKED, "reliance": NOT_ASKED, "disparity": rung},
        counterexamples=tuple(map(str, images.ids[wrong[:20]])),
        recommendation="Find out how the test part differs from the training part; collect training images like it.",
        question="Is the model right as often in the given test part as in the training part?",
        explanation="The test part may be harder, or show the classes in other surroundings than those learnt from.",
    )


@detector(question=QUESTION)
def reversal(
    images: ImageTable, ties: tuple[Tie, ...], predictions: Predictions, settings: Settings
) -> Iterator[Finding]:
    """Why it matters: a test part drawn like the training part holds the same shortcuts, and rewards them. One in which
    the cues point the other way shows what the model has learnt: it falls, below chance where it had nothing else.

    How it is measured: only where a split is given, whose test part is never learnt from. The model's AUC on the
    training part, out of fold, minus its AUC on the test part, with an interval by resampling groups. Cues whose tie to
    the label turns round between the two (permuting who is in which part within each class), and along which the
    model's answers go within the classes of the test part (permuting the answers), both beyond chance and corrected for
    the number of cues, are named as what carries the fall. Where the AUC holds, the balanced accuracy is compared in
    the same way: of a model that tells nearly everything the order of the answers can hold while the errors multiply.
    Where ties turn round and the model falls along them it is a shortcut; where it is merely right less often there, a
    gap.

    What it cannot show: which of several cues that turned together is used; their own findings ask that.

    References: Bissoto, Valle & Avila 2020 (Debiasing skin lesion datasets and models? Not so fast, CVPR Workshops).
    """
    held_out = images.held_out
    if not held_out.any():
        return
    if predictions.given:
        raise Unavailable(ONE_SIDED)
    sizes = [len(set(images.groups[held_out & (images.codes == code)])) for code in range(len(images.classes))]
    if min(sizes) < LEAST:
        yield _untested(f"Of one class the given test part holds {min(sizes)} images or groups: too few to compare.")
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
    if not np.isfinite(low):
        yield _untested("The given test part holds too few groups to resample.")
        return
    p_value = min(1.0, p_value * (len(sizes) if len(sizes) > 2 else 1))  # of several classes one was chosen
    fallen = p_value < Q and low > 0 and before - after >= FLOORS["disparity"]
    turned = _turned(ties, images, predictions, code, settings.seed) if fallen else []
    named = _named(turned)
    figures = f"AUC {before:.2f} out of fold in the training part and {after:.2f} in the given test part"
    if not fallen and (gap := _accuracy_gap(images, predictions, figures, settings.seed)):
        yield gap
        return
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
        title = (
            f"No fall of the model in the given test part was shown: {figures} (difference {low:.2f} to {high:.2f})."
        )
    yield Finding(
        id=ID,
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
            else "Hold out more images, if a smaller fall would matter."
        ),
        question=QUESTION,
        explanation="Several cues that turn together cannot be told apart by this; their own findings ask each.",
    )
