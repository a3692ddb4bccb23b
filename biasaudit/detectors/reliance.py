"""Rung three: does the model use the cue?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from scipy.stats import rankdata

from biasaudit.detectors.detector import detector
from biasaudit.detectors.rung import RungResult, with_values
from biasaudit.evidence.interventions import Intervention
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.rare_marks import tells_surely
from biasaudit.evidence.strata import strata_of
from biasaudit.evidence.ties import Tie, alike
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Estimate, Name, Sentence, joined, paragraph, say
from biasaudit.settings import Settings
from biasaudit.stats import (
    detectable_mean,
    generator,
    interval,
    permutation_p,
    permutations_for,
    permuted,
    sign_flip_p,
)
from biasaudit.thresholds import FLOORS

PERMUTATIONS = 999
HELD_OUT = say("held-out images")


def _mean_interval(values: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    with np.errstate(invalid="ignore"):
        return interval(lambda weights: (weights @ values) / weights.sum(axis=1), groups, rng, resamples=1000)


def class_gap(tie: Tie, odds: np.ndarray, among: np.ndarray | None = None) -> float:
    """Log-odds between the average image of the class and the average other: what a whole class is worth.

    odds: float (n,), of the tie's class. among: bool (n,), the images to ask; None for all but the given test part.
    """
    among = tie.strata.counted if among is None else among
    return float(odds[among & tie.positive].mean() - odds[among & ~tie.positive].mean())


def by_intervention(
    tie: Tie,
    done: Intervention,
    code: int,
    gap: float,
    groups: np.ndarray,
    tests: int,
    rng: np.random.Generator,
    images_called: Sentence = HELD_OUT,
) -> RungResult:
    """The test of one insertion against its placebo; gap: `class_gap`, the end of the scale.

    code: of the class. groups: (n,), the patient of each image. tests: how many such tests there are.
    """
    shift = done.toward * (done.inserted[:, code] - done.before[:, code])
    sham = done.toward * (done.placebo[:, code] - done.before[:, code])
    groups, label, put_in = groups[done.rows], Name("label", tie.label), done.toward > 0

    def estimate(values: np.ndarray, what: Sentence) -> Estimate:
        low, high = _mean_interval(values, groups, rng)
        return Estimate(
            measure=say("shift of the log-odds of {label} {what}", label=label, what=what),
            value=float(values.mean()),
            low=low,
            high=high,
            null=0.0,
            limit=gap,
            n=len(values),
        )

    how = say("put in") if put_in else say("taken out")
    with_cue = estimate(shift, say("when {cue} is {how}", cue=tie.cue.name, how=how))
    with_placebo = estimate(sham, say("under the placebo"))
    moved, by_placebo = (_signed(done.toward * values.mean()) for values in (shift, sham))
    turned = [float(np.mean(odds[:, code] > 0)) for odds in (done.before, done.inserted, done.placebo)]
    return RungResult(
        cue=tie.cue.key,
        label=tie.label,
        rung="reliance",
        method=say("intervention"),
        estimate=with_cue,
        placebo=with_placebo,
        p_value=sign_flip_p(shift - sham, groups, rng),
        smallest_detectable=detectable_mean(shift - sham, tests),
        why=paragraph(
            say(
                "{into} {n} {images}, it moves the log-odds of {label} by {moved:+.2f} (placebo {by_placebo:+.2f}); "
                "images called {label} go from {before:.0%} to {after:.0%} (placebo {under_placebo:.0%}).",
                into=say("Put into") if put_in else say("Taken out of"),
                n=len(shift),
                images=images_called,
                label=label,
                moved=moved,
                by_placebo=by_placebo,
                before=turned[0],
                after=turned[1],
                under_placebo=turned[2],
            ),
            _of_placebo(with_cue, with_placebo),
        ),
    )


def cannot_say(shift: Estimate, sham: Estimate) -> bool:
    """Whether use can neither be shown nor be denied: any edit moves the answer by what counts as use and as far as the
    cue does, or the cue moves it that far the other way, so that what was drawn is not what is tied."""
    counts = FLOORS["reliance"] * shift.limit
    return counts <= abs(sham.value) >= abs(shift.value) or shift.high < -counts


def _of_placebo(shift: Estimate, sham: Estimate) -> Sentence:
    """A word on a placebo that moves the answer by what would count as use: only what goes beyond it counts."""
    if shift.high < -FLOORS["reliance"] * shift.limit:
        return say("It moves the answer the other way: whether the model uses what is tied cannot be said.")
    if cannot_say(shift, sham):
        return say("The placebo moves it as much: the model answers to any edit there, so use cannot be told.")
    if abs(sham.value) >= FLOORS["reliance"] * shift.limit:
        return say("The placebo moves it too, and only what goes beyond that counts.")
    return NOTHING


def _signed(value: float) -> float:
    """As it is shown, to two digits: never "-0.00"."""
    return round(float(value), 2) + 0.0


def _side(tie: Tie) -> Sentence:
    """How a sentence calls the images on the cue's side: "with “female”", "with low brightness", "with it"."""
    if tie.speaking:
        return with_values(tie.speaking)
    if tie.cue.threshold is not None:
        return say("with it") if tie.direction > 0 else say("without it")
    side = say("high") if tie.direction > 0 else say("low")
    return say("with {side} {cue}", side=side, cue=tie.cue.plain_name)


def _filled_ranks(tie: Tie) -> np.ndarray:
    signal = tie.signal
    ranks = np.full(len(signal), 0.5)
    known = np.isfinite(signal)
    ranks[known] = rankdata(signal[known]) / known.sum()
    return ranks


def _indicators(codes: np.ndarray) -> np.ndarray:
    """One column of 0 and 1 for each code, float (n, codes)."""
    return np.eye(int(codes.max()) + 1)[codes]


def _residual(target: np.ndarray, design: np.ndarray) -> np.ndarray:
    return target - design @ np.linalg.lstsq(design, target, rcond=None)[0]


def _tells(tie: Tie, images: ImageTable) -> bool:
    """Whether a cue is tied to a class strongly or, being rare, surely: then it could stand behind another's use."""
    return tie.strength >= FLOORS["association"] or tells_surely(tie.present, tie.positive, images.groups)


def _by_observation(
    tie: Tie,
    ties: tuple[Tie, ...],
    odds: np.ndarray,
    gap: float,
    images: ImageTable,
    rng: np.random.Generator,
) -> RungResult:
    others = [
        other
        for other in ties
        if other is not tie and not other.cue.role and _tells(other, images) and not alike(tie, other)
    ]
    held = strata_of((other.cue for other in ties if other is not tie), np.ones(images.n, dtype=bool))
    design = np.column_stack([_indicators(images.codes), _indicators(held.codes)[:, 1:], *map(_filled_ranks, others)])
    cue, odds = _residual(tie.present.astype(float), design), _residual(odds, design)
    if cue.std() < 0.02 or min(tie.present.sum(), (~tie.present).sum()) < 10 or tie.conflict.sum() < 10:
        why = say("too few images in which it and the label disagree to tell its use from the label's.")
        return RungResult(cue=tie.cue.key, label=tie.label, rung="reliance", why=held.given(why))
    value = float(cue @ odds / (cue @ cue))
    null = np.concatenate(
        [
            odds[order] @ cue / (cue @ cue)
            for order in permuted(np.arange(images.n), images.groups, permutations_for(len(ties), PERMUTATIONS), rng)
        ]
    )
    low, high = interval(
        lambda weights: (weights @ (cue * odds)) / (weights @ (cue * cue)), images.groups, rng, resamples=1000
    )
    names = [*(Name("column", name) for name in held.names), *(other.cue.name for other in others[:4])]
    adjusted = say(", adjusted for {cues}", cues=joined(names)) if names else NOTHING
    label = Name("label", tie.label)
    return RungResult(
        cue=tie.cue.key,
        label=tie.label,
        rung="reliance",
        method=say("observation"),
        estimate=Estimate(
            measure=say(
                "difference in log-odds of {label} with it, label held{adjusted}", label=label, adjusted=adjusted
            ),
            value=value,
            low=low,
            high=high,
            null=0.0,
            limit=gap,
            n=images.n,
        ),
        p_value=permutation_p(value, null),
        why=say(
            "Among images of one class, the log-odds of {label} differ by {by:+.2f} between those {side} and the "
            "others{adjusted}.",
            label=label,
            by=_signed(value),
            side=_side(tie),
            adjusted=adjusted,
        ),
    )


@detector(question="Does the model use the cue?")
def reliance(
    images: ImageTable,
    ties: tuple[Tie, ...],
    predictions: Predictions,
    interventions: Mapping[str, Intervention],
    settings: Settings,
) -> Iterator[RungResult]:
    """Why it matters: a tie in the data does harm when the model leans on it, and only then.

    How it is measured: where a cue can draw itself, it is put into held-out images that lack it and the change in the
    class's log-odds is compared, image by image, with a placebo of the same place, area and energy: it must lie wholly
    above the placebo's, and exceed it by a tenth of the scale. Elsewhere (metadata, file traits) the log-odds are
    compared within each class between images with and without the cue, adjusted for other cues tied to the label and
    for the crossed values of the columns declared a nuisance, tied or not; never for a mediator or a sensitive column.
    The scale's end is the distance between the average image of the class and the others.

    What it cannot show: an insertion is as good as its drawing. An observed dependence is weaker proof: a common cause
    that nobody recorded looks the same. The two are kept apart, and the second makes a shortcut only with a disparity
    beside it.

    References: Bissoto 2020; Freedman & Lane 1983 (permutation of residuals); DeGrave 2021.
    """
    called = predictions.images_called
    for tie in ties:
        if tie.cue.kind == "discovered":
            continue  # patterns are transplanted: see discovery
        rng = generator(settings.seed, "reliance", tie.cue.key)
        code = images.classes.index(tie.label)
        gap = class_gap(tie, predictions.log_odds[:, code], predictions.judged if predictions.given else None)
        if gap <= 0:
            yield RungResult(
                cue=tie.cue.key,
                label=tie.label,
                rung="reliance",
                why=say("The model does not tell {label} apart.", label=Name("label", tie.label)),
            )
        elif tie.cue.key in interventions:
            yield by_intervention(tie, interventions[tie.cue.key], code, gap, images.groups, len(ties), rng, called)
        else:
            yield _by_observation(tie, ties, predictions.log_odds[:, code], gap, images, rng)
