"""Rung four: how much worse is the model where the cue conflicts with the label than where it agrees?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from biasaudit.detectors.detector import detector
from biasaudit.detectors.rung import RungResult, with_values
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Estimate, Name, Sentence, say
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval, permutation_p, permutations_for, permuted
from biasaudit.thresholds import FLOORS

PERMUTATIONS = 999
AT_ONCE = 2**20
"""Images times permutations that are compared at once."""
LEAST = 10
"""Groups (images, where there are none) that a cell must hold for its rate to mean anything."""


def _difference(weights: np.ndarray, correct: np.ndarray, better: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Accuracy of `better` minus that of the others, averaged over strata; float (resamples,), NaN where undefined.

    weights: float; better: bool; each (resamples, n), or with one row for all resamples.
    """
    first, second = weights * better, weights * ~better
    differences = []
    for code in np.unique(strata):
        rows = strata == code
        with np.errstate(invalid="ignore", divide="ignore"):
            differences.append(
                first[:, rows] @ correct[rows] / first[:, rows].sum(axis=1)
                - second[:, rows] @ correct[rows] / second[:, rows].sum(axis=1)
            )
    gaps = np.array(differences)
    known = np.isfinite(gaps)
    with np.errstate(invalid="ignore"):
        return np.where(known, gaps, 0).sum(axis=0) / known.sum(axis=0)


def _shuffled_within(
    side: np.ndarray, strata: np.ndarray, groups: np.ndarray, permutations: int, rng: np.random.Generator
) -> np.ndarray:
    """`side` permuted within each stratum, whole groups at a time; bool (permutations, n)."""
    result = np.empty((permutations, len(side)), dtype=bool)
    for code in np.unique(strata):
        rows = np.flatnonzero(strata == code)
        result[:, rows] = np.concatenate(list(permuted(side[rows], groups[rows], permutations, rng)))
    return result


def _compare(
    tie: Tie,
    correct: np.ndarray,
    better: np.ndarray,
    strata: np.ndarray,
    groups: np.ndarray,
    words: tuple[Sentence, Sentence],
    permutations: int,
    rng: np.random.Generator,
    two_sided: bool,
) -> RungResult:
    """Test whether the model is right more often in `better` than elsewhere, within strata of the label.

    `words`: the measure, and what to call the better side. `two_sided` where the data chose which side that is.
    """

    def independent(code: int) -> int:
        cells = [len(set(groups[(strata == code) & side])) for side in (better, ~better)]
        return min(cells)

    usable_codes = [code for code in np.unique(strata) if independent(code) >= LEAST]
    usable = np.isin(strata, usable_codes)
    if not usable.any():
        fewest = max(independent(code) for code in np.unique(strata))
        why = say("Too few images to compare: at most {n} on the smaller side within one class.", n=fewest)
        return RungResult(cue=tie.cue.key, label=tie.label, rung="disparity", why=why)
    correct, better, strata, groups = correct[usable], better[usable], strata[usable], groups[usable]
    one = np.ones((1, len(correct)))
    value = float(_difference(one, correct, better, strata)[0])
    shuffled = _shuffled_within(better, strata, groups, permutations, rng)
    blocks = np.array_split(shuffled, -(-shuffled.size // AT_ONCE))
    null = np.concatenate([_difference(one, correct, block, strata) for block in blocks])
    low, high = interval(lambda weights: _difference(weights, correct, better, strata), groups, rng)
    rates = [np.mean([correct[side & (strata == code)].mean() for code in usable_codes]) for side in (better, ~better)]
    held = NOTHING if len(usable_codes) == 1 else say(", averaged over {n} classes", n=len(usable_codes))
    return RungResult(
        cue=tie.cue.key,
        label=tie.label,
        rung="disparity",
        method=say("accuracy within each class"),
        p_value=permutation_p(value, np.abs(null) if two_sided else null),
        estimate=Estimate(
            measure=words[0],
            value=value,
            low=min(low, value),
            high=max(high, value),
            null=0.0,
            limit=1.0,
            n=len(correct),
        ),
        why=say(
            "{where}: {right:.0%} right of {n} images against {others:.0%} of {rest}{held}.",
            where=words[1],
            right=float(rates[0]),
            n=int(better.sum()),
            others=float(rates[1]),
            rest=int((~better).sum()),
            held=held,
        ),
    )


def _agreement(
    tie: Tie, images: ImageTable, called: np.ndarray, known: np.ndarray, permutations: int, rng: np.random.Generator
) -> RungResult:
    """For a cue that goes with a label: images where they agree against those where they conflict."""
    right = (called == images.classes.index(tie.label)) == tie.positive
    return _compare(
        tie,
        right[known].astype(float),
        (tie.present == tie.positive)[known],
        images.codes[known],
        images.groups[known],
        (
            say("accuracy on {label} or not: agreeing minus conflicting images", label=Name("label", tie.label)),
            say("Where it agrees with the label"),
        ),
        permutations,
        rng,
        two_sided=False,
    )


def _named(tie: Tie) -> tuple[Sentence, Sentence]:
    """How a sentence calls the two sides of a flag, "with it", or of a column, "with “female”"."""
    others = sorted(set(tie.cue.levels) - set(tie.speaking)) if tie.cue.levels is not None else []
    if not tie.speaking or not others:
        return say("with it"), say("without it")
    return with_values(tie.speaking), with_values(others)


def _sides(
    tie: Tie, images: ImageTable, called: np.ndarray, known: np.ndarray, permutations: int, rng: np.random.Generator
) -> RungResult:
    """The two sides of a cue, whichever the model does better on: for one without a tie, or a declared column."""
    signal = tie.signal
    flagged = tie.cue.levels is not None or tie.cue.threshold is not None
    side = (tie.present if flagged else signal > np.median(signal[known]))[known]
    names = _named(tie) if flagged else (say("with more of it"), say("with less of it"))
    right, strata = (called == images.codes)[known].astype(float), images.codes[known]
    if not _difference(np.ones((1, len(right))), right, side, strata)[0] >= 0:
        side, names = ~side, names[::-1]
    return _compare(
        tie,
        right,
        side,
        strata,
        images.groups[known],
        (
            say("accuracy on images {one} minus {other}, label held", one=names[0], other=names[1]),
            say("Images {one}", one=names[0]),
        ),
        permutations,
        rng,
        two_sided=True,
    )


def _clearest(results: list[RungResult]) -> RungResult:
    """The result with the smallest p-value, which pays for having been chosen (Bonferroni)."""
    tested = [result for result in results if result.p_value is not None]
    if len(tested) < 2:
        return (tested or results)[0]
    best = min(tested, key=lambda result: result.p_value or 0.0)
    return replace(best, p_value=min(1.0, len(tested) * (best.p_value or 0.0)))


@detector(question="Is the model worse where the cue and the label disagree?")
def disparity(
    images: ImageTable, ties: tuple[Tie, ...], predictions: Predictions, settings: Settings
) -> Iterator[RungResult]:
    """Why it matters: a shortcut pays where it holds and costs where it fails, and the clinic is where it fails.

    How it is measured: for a cue tied to a label, the share of right answers (this label or not) where cue and label
    agree minus where they conflict, each within the label and within the rest, then averaged, so that a gap in
    sensitivity is not hidden by a common class. For a cue without a tie, and for a mediator, the side on which the
    model is worse. For a tied sensitive column both, since the question is also for whom the model fails; the clearer
    of the two is given, and its p-value doubled.
    Permutations within class, whole groups at a time; intervals by resampling groups.

    What it cannot show: why. A side can be harder for reasons that have nothing to do with the cue.

    References: Oakden-Rayner 2020 (hidden stratification).
    """
    called = predictions.log_odds.argmax(axis=1)
    permutations = permutations_for(len(ties), PERMUTATIONS)
    for tie in ties:
        tied = tie.strength >= FLOORS["association"] and tie.cue.role != "mediator"
        checks = [_agreement] if tied else [_sides]
        if tied and tie.cue.role == "sensitive":
            checks = [_agreement, _sides]
        rng = generator(settings.seed, "disparity", tie.cue.key)
        known = tie.known & predictions.judged
        yield _clearest([check(tie, images, called, known, permutations, rng) for check in checks])
