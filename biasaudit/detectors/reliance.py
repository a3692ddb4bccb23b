"""Rung three: does the model use the cue?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from scipy.stats import rankdata

from biasaudit.detectors.detector import detector
from biasaudit.detectors.rung import RungResult
from biasaudit.evidence.interventions import Intervention
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.rare_marks import tells_surely
from biasaudit.evidence.strata import strata_of
from biasaudit.evidence.ties import Tie, alike
from biasaudit.images.table import ImageTable
from biasaudit.results import Estimate
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


def _mean_interval(values: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    with np.errstate(invalid="ignore"):
        return interval(lambda weights: (weights @ values) / weights.sum(axis=1), groups, rng, resamples=1000)


def class_gap(tie: Tie, odds: np.ndarray, among: np.ndarray | None = None) -> float:
    """Log-odds between the average image of the class and the average other: what a whole class is worth.

    among: bool (n,), the images to ask; None for all but the given test part.
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
    images_called: str = "held-out images",
) -> RungResult:
    """The test of one insertion against its placebo; gap: `class_gap`, the end of the scale."""
    shift = done.toward * (done.inserted[:, code] - done.before[:, code])
    sham = done.toward * (done.placebo[:, code] - done.before[:, code])
    groups = groups[done.rows]

    def estimate(values: np.ndarray, what: str) -> Estimate:
        low, high = _mean_interval(values, groups, rng)
        measure = f"shift of the log-odds of {tie.label} {what}"
        return Estimate(
            measure=measure,
            value=float(values.mean()),
            low=low,
            high=high,
            null=0.0,
            limit=gap,
            n=len(values),
        )

    turned = [float(np.mean(odds[:, code] > 0)) for odds in (done.before, done.inserted, done.placebo)]
    return RungResult(
        cue=tie.cue.key,
        label=tie.label,
        rung="reliance",
        method="intervention",
        estimate=estimate(shift, f"when {tie.cue.id} is {'put in' if done.toward > 0 else 'taken out'}"),
        placebo=estimate(sham, "under the placebo"),
        p_value=sign_flip_p(shift - sham, groups, rng),
        smallest_detectable=detectable_mean(shift - sham, tests),
        why=(
            f"{'Put into' if done.toward > 0 else 'Taken out of'} {len(shift)} {images_called}, it moves the "
            f"log-odds of {tie.label} "
            f"by {_signed(done.toward * shift.mean())} (placebo {_signed(done.toward * sham.mean())}); "
            f"images called {tie.label} go from "
            f"{turned[0]:.0%} to {turned[1]:.0%} (placebo {turned[2]:.0%}).{_of_placebo(shift, sham, gap)}"
        ),
    )


def _of_placebo(shift: np.ndarray, sham: np.ndarray, gap: float) -> str:
    """A word on a placebo that moves the answer by what would count as use: only what goes beyond it counts."""
    if abs(sham.mean()) < FLOORS["reliance"] * gap:
        return ""
    if abs(sham.mean()) >= abs(shift.mean()):
        return " The placebo moves it as much: the model answers to any change there, and this is no use of the cue."
    return " The placebo moves it too, and only what goes beyond that counts."


def _signed(value: float) -> str:
    """ "+0.04", never "-0.00"."""
    return f"{round(float(value), 2) + 0.0:+.2f}"


def _side(tie: Tie) -> str:
    """How a sentence calls the images on the cue's side: "with “female”", "with low brightness", "with it"."""
    if tie.speaking:
        return f"with “{tie.speaking[0]}”" + (" and the like" if len(tie.speaking) > 1 else "")
    if tie.cue.kind == "artefact":
        return "with it" if tie.direction > 0 else "without it"
    return f"with {'high' if tie.direction > 0 else 'low'} {tie.cue.id.replace('_', ' ')}"


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
        return RungResult(
            cue=tie.cue.key,
            label=tie.label,
            rung="reliance",
            why=held.given("Too few images in which it and the label disagree to tell its use from the label's."),
        )
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
    names = [*held.names, *(other.cue.id for other in others[:4])]
    adjusted = f", adjusted for {', '.join(names)}" if names else ""
    return RungResult(
        cue=tie.cue.key,
        label=tie.label,
        rung="reliance",
        method="observation",
        estimate=Estimate(
            measure=f"difference in log-odds of {tie.label} with it, label held{adjusted}",
            value=value,
            low=low,
            high=high,
            null=0.0,
            limit=gap,
            n=images.n,
        ),
        p_value=permutation_p(value, null),
        why=(
            f"Among images of one class, the log-odds of {tie.label} differ by {_signed(value)} between those "
            f"{_side(tie)} and the others{adjusted}."
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
                why=f"The model does not tell {tie.label} apart.",
            )
        elif tie.cue.key in interventions:
            yield by_intervention(tie, interventions[tie.cue.key], code, gap, images.groups, len(ties), rng, called)
        else:
            yield _by_observation(tie, ties, predictions.log_odds[:, code], gap, images, rng)
