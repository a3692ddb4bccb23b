"""Whether the given test part turns round what the training part ties to the label, and the model with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from biasaudit.detectors.detector import detector
from biasaudit.errors import Unavailable
from biasaudit.evidence.accuracy_fall import accuracy_fall
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Estimate, Finding, Name, Rung, RungName, Sentence, joined, paragraph, say
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval, permutation_p, permuted, q_values, weighted_auc
from biasaudit.thresholds import FLOORS, Q

ID = "representation-given-split"
QUESTION = say("Does the given test part turn round what the model has learnt?")
PERMUTATIONS = 999
LEAST = 10
"""Images of each side that both parts must hold."""
ONE_SIDED = say(
    "Needs a model trained here: a given one may know the training part by heart, and falls beside it for that."
)
OF_ONE_CUE = Rung(state="untested", why=say("A question of the two parts of the data, not of one cue."))
NOT_ASKED: dict[RungName, Rung] = {name: OF_ONE_CUE for name in ("association", "encoding", "reliance")}
METHOD = say("comparison of the two parts of the given split")
KINDS = ("artefact", "metadata", "property", "file", "discovered")
"""The order in which kinds of cue are named: what a person can point at first."""


def _area_fall(scores: np.ndarray, positive: np.ndarray, held_out: np.ndarray, weights: np.ndarray) -> np.ndarray:
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
    observed = _area_fall(scores, positive, held_out, once)[0]
    dealt = np.empty((PERMUTATIONS, len(scores)), dtype=bool)
    for side in (positive, ~positive):
        dealt[:, side] = np.concatenate(list(permuted(held_out[side], groups[side], PERMUTATIONS, rng)))
    return permutation_p(float(observed), np.array([_area_fall(scores, positive, parts, once)[0] for parts in dealt]))


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


def _named(turned: list[tuple[Tie, float]], most: int = 5) -> Sentence:
    names: dict[str, Name] = {}
    for tie, _ in turned:
        names.setdefault(tie.cue.plain_name.text, tie.cue.plain_name)
    rest = say(" and {n} more", n=len(names) - most) if len(names) > most else NOTHING
    return say("{names}{rest}", names=joined(list(names.values())[:most]), rest=rest)


def _untested(why: Sentence) -> Finding:
    return Finding(
        id=ID,
        detector="reversal",
        cue="given_split",
        kind="representation",
        verdict="untested",
        label=None,
        title=say("Whether the given test part turns ties round was not tested: {why}", why=why),
        rungs={**NOT_ASKED, "disparity": Rung(state="untested", why=why)},
        recommendation=say("Hold out more images of every class."),
        question=QUESTION,
    )


def _accuracy_gap(images: ImageTable, predictions: Predictions, figures: Sentence, seed: int) -> Finding | None:
    """The finding where the model is right less often in the test part though its AUC holds; None where it is not."""
    fall = accuracy_fall(images, predictions, seed)
    if not fall.fallen:
        return None
    label = images.classes[fall.code]
    words = say(
        "{before:.0%} called rightly out of fold in the training part and {after:.0%} in the given test part, mean "
        "over classes; most so {label}, {of_class:.0%} and {in_test:.0%}",
        before=fall.before,
        after=fall.after,
        label=Name("label", label),
        of_class=fall.of_class[0],
        in_test=fall.of_class[1],
    )
    own = predictions.log_odds[np.arange(images.n), images.codes]
    wrong = np.flatnonzero(images.held_out & (predictions.log_odds.argmax(axis=1) != images.codes))
    wrong = wrong[np.lexsort((own[wrong], images.codes[wrong] != fall.code))]
    rung = Rung(
        state="yes",
        estimate=fall.estimate,
        p_value=fall.p_value,
        q_value=fall.p_value,
        method=METHOD,
        why=say("Images are {words}. The order of the answers holds: {figures}.", words=words, figures=figures),
    )
    return Finding(
        id=ID,
        detector="reversal",
        cue="given_split",
        kind="representation",
        verdict="gap",
        label=label,
        title=say("The model is right less often in the given test part: {words}.", words=words),
        rungs={**NOT_ASKED, "disparity": rung},
        counterexamples=tuple(map(str, images.ids[wrong[:20]])),
        recommendation=say(
            "Find out how the test part differs from the training part; collect training images like it."
        ),
        question=say("Is the model right as often in the given test part as in the training part?"),
        explanation=say(
            "The test part may be harder, or show the classes in other surroundings than those learnt from."
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Fall:
    """How well the model tells one class in the training part, out of fold, and in the given test part."""

    code: int
    before: float
    after: float
    low: float
    high: float
    """95% interval of the difference; NaN where there are too few groups to resample."""
    p_value: float

    @property
    def fallen(self) -> bool:
        """Beyond chance, and by more than the shared floor."""
        return self.p_value < Q and self.low > 0 and self.before - self.after >= FLOORS["disparity"]

    @property
    def figures(self) -> Sentence:
        return say(
            "AUC {before:.2f} out of fold in the training part and {after:.2f} in the given test part",
            before=self.before,
            after=self.after,
        )


def _fall_of(images: ImageTable, predictions: Predictions, sizes: list[int], seed: int) -> _Fall:
    """Of two classes the rarer in the test part is named; of several the one that falls most. sizes: groups there."""
    held_out, falls = images.held_out, []
    for code in range(len(images.classes)):
        odds, positive = predictions.log_odds[:, code], images.codes == code
        falls.append(_value(odds, positive, ~held_out) - _value(odds, positive, held_out))
    code = int(np.argmin(sizes)) if len(sizes) == 2 else int(np.argmax(falls))
    odds, positive = predictions.log_odds[:, code], images.codes == code
    low, high = interval(
        lambda weights: _area_fall(odds, positive, held_out, weights),
        images.groups,
        generator(seed, "reversal", "interval"),
    )
    p_value = _p_value(odds, positive, held_out, images.groups, generator(seed, "reversal", "model"))
    return _Fall(
        code=code,
        before=_value(odds, positive, ~held_out),
        after=_value(odds, positive, held_out),
        low=low,
        high=high,
        p_value=min(1.0, p_value * (len(sizes) if len(sizes) > 2 else 1)),  # of several classes one was chosen
    )


def _rung(fall: _Fall, named: Sentence, label: Name, n: int) -> Rung:
    value = fall.before - fall.after
    there = say("There the ties of {named} turn round, and its answers go along with them.", named=named)
    return Rung(
        state="yes" if fall.fallen else "no",
        estimate=Estimate(
            measure=say("AUC of the model for {label}: training part, out of fold, minus given test part", label=label),
            value=value,
            low=min(fall.low, value),
            high=max(fall.high, value),
            null=0.0,
            limit=1.0,
            n=n,
        ),
        p_value=fall.p_value,
        q_value=fall.p_value,
        method=METHOD,
        why=paragraph(
            say("The model tells {label} with {figures}.", label=label, figures=fall.figures),
            there if named else NOTHING,
        ),
    )


def _told(fall: _Fall, named: Sentence, label: Name) -> tuple[Sentence, Sentence]:
    """The title and the recommendation; named: the cues that turn round with the model, none where it is empty."""
    if named:
        return say(
            "In the given test part the ties of {named} to {label} turn round, and the model falls: {figures}.",
            named=named,
            label=label,
            figures=fall.figures,
        ), say(
            "Do not trust figures from data in which {named} fall as in the training part; even them out, and train "
            "and audit again.",
            named=named,
        )
    if fall.fallen:
        return say(
            "The model falls in the given test part: {figures}; no cue that it was tested for turns round there.",
            figures=fall.figures,
        ), say("Find out how the test part differs from the training part.")
    return say(
        "No fall of the model in the given test part was shown: {figures} (difference {low:.2f} to {high:.2f}).",
        figures=fall.figures,
        low=fall.low,
        high=fall.high,
    ), say("Hold out more images, if a smaller fall would matter.")


def _finding(fall: _Fall, named: Sentence, images: ImageTable, predictions: Predictions) -> Finding:
    label, odds = images.classes[fall.code], predictions.log_odds[:, fall.code]
    title, recommendation = _told(fall, named, Name("label", label))
    wrong = np.flatnonzero(images.held_out & (predictions.log_odds.argmax(axis=1) != images.codes))
    wrong = wrong[np.argsort(-np.abs(odds[wrong]), kind="stable")]
    return Finding(
        id=ID,
        detector="reversal",
        cue="given_split",
        kind="representation",
        verdict="shortcut" if named else "gap" if fall.fallen else "clear",
        label=label,
        title=title,
        rungs={**NOT_ASKED, "disparity": _rung(fall, named, Name("label", label), images.n)},
        counterexamples=tuple(map(str, images.ids[wrong[:20]])),
        recommendation=recommendation,
        question=QUESTION,
        explanation=say("Several cues that turn together cannot be told apart by this; their own findings ask each."),
    )


@detector(question=QUESTION, silence="nothing to test: no given test part")
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
        yield _untested(
            say("Of one class the given test part holds {n} images or groups: too few to compare.", n=min(sizes))
        )
        return
    fall = _fall_of(images, predictions, sizes, settings.seed)
    if not np.isfinite(fall.low):
        yield _untested(say("The given test part holds too few groups to resample."))
        return
    turned = _turned(ties, images, predictions, fall.code, settings.seed) if fall.fallen else []
    gap = None if fall.fallen else _accuracy_gap(images, predictions, fall.figures, settings.seed)
    yield gap or _finding(fall, _named(turned) if turned else NOTHING, images, predictions)
