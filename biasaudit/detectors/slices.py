"""Whether the model fails on a group of images of one class that look alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from biasaudit.detectors.detector import detector
from biasaudit.evidence.accuracy_fall import GAP
from biasaudit.evidence.discovery.shared_traits import shared_trait
from biasaudit.evidence.discovery.slices import FEWEST, FEWEST_WRONG, Slice
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.predictions import Predictions
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Block, Estimate, Finding, Gallery, Name, Questions, Rung, RungName, Sentence, say
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval, q_values
from biasaudit.thresholds import FLOORS, Q

QUESTION = say("Does the model fail on a group of images of one class that look alike?")
EXPLANATION = say(
    "They may be a kind of their own that is rare in the data, be labelled wrongly, or lack a mark on which the model "
    "leans elsewhere. What they share is not shown to be why the model fails."
)
METHOD = say("search in one half of the class and test in the other, against twins without groups")
EXAMPLES = 20
NOT_ASKED: Mapping[RungName, Rung] = {
    name: Rung(state="untested", why=say("It is a group within one class: there is no tie to a label to ask of."))
    for name in ("association", "encoding", "reliance")
}


def _loss(wrong: np.ndarray, inside: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Accuracy outside minus inside under each row of weights (resamples, n), float (resamples,)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = [weights[:, side] @ wrong[side] / weights[:, side].sum(axis=1) for side in (inside, ~inside)]
    return rates[0] - rates[1]


def _estimate(one: Slice, wrong: np.ndarray, seed: int) -> Estimate:
    mine = wrong[one.tested].astype(np.float64)
    value = float(_loss(mine, one.inside, np.ones((1, len(mine))))[0])
    rng = generator(seed, "slices", "interval", one.label)
    low, high = interval(lambda weights: _loss(mine, one.inside, weights), one.tested, rng)
    return Estimate(
        measure=say("accuracy on the other {label} images minus accuracy on the group", label=Name("label", one.label)),
        value=value,
        low=min(low, value) if np.isfinite(low) else -1.0,
        high=max(high, value) if np.isfinite(high) else 1.0,
        null=0.0,
        limit=1.0,
        n=len(mine),
    )


def _finding(
    number: int,
    one: Slice,
    q_value: float,
    images: ImageTable,
    predictions: Predictions,
    cues: tuple[CueValues, ...],
    seed: int,
) -> Finding:
    wrong = predictions.log_odds.argmax(axis=1) != images.codes
    estimate = _estimate(one, wrong, seed)
    label = Name("label", one.label)
    words = _in_words(one, wrong, label)
    why = say(
        "In the half in which it was not looked for, the group holds {n} of {all} images: {words}.",
        n=int(one.inside.sum()), all=len(one.inside), words=words,
    )  # fmt: skip
    inside = np.isin(np.arange(images.n), one.members)
    outside = ~inside & (images.labels == one.label)
    trait = shared_trait(inside, outside, cues)
    found = estimate.value >= FLOORS["disparity"] and estimate.low > 0
    examples = tuple(map(str, images.ids[one.members[:EXAMPLES]]))
    counterexamples = _surest(np.flatnonzero(outside & ~wrong), one.label, images, predictions)
    return Finding(
        id=f"discovered-slice_{number}",
        detector="slices",
        cue=f"slice_{number}",
        kind="discovered",
        title=say(
            "The model fails on a group of images of {label} that look alike: {words}{trait}.",
            label=label,
            words=words,
            trait=say("; {trait}", trait=trait) if trait else NOTHING,
        ),
        verdict="gap" if found and estimate.strength >= GAP else "clear",
        label=one.label,
        rungs={
            **NOT_ASKED,
            "disparity": Rung(
                state="yes" if found else "no",
                estimate=estimate,
                p_value=one.p_value,
                q_value=q_value,
                method=METHOD,
                why=why,
            ),
        },
        examples=examples,
        counterexamples=counterexamples,
        recommendation=say(
            "Look at what these images share; collect more {label} images like them, check their labels, and train and "
            "audit again.",
            label=label,
        ),
        question=QUESTION,
        explanation=EXPLANATION,
        blocks=_blocks(examples, counterexamples),
    )


def _in_words(one: Slice, wrong: np.ndarray, label: Name) -> Sentence:
    inside, others = (1 - float(wrong[one.tested[side]].mean()) for side in (one.inside, ~one.inside))
    return say(
        "{inside:.0%} called rightly, {others:.0%} of the other {label} images",
        inside=inside,
        others=others,
        label=label,
    )


def _surest(rows: np.ndarray, label: str, images: ImageTable, predictions: Predictions) -> tuple[str, ...]:
    """Ids of some images, those first of whose class the model is surest."""
    odds = predictions.log_odds[rows, images.classes.index(label)]
    return tuple(map(str, images.ids[rows[np.argsort(-odds, kind="stable")]][:EXAMPLES]))


def _blocks(group: tuple[str, ...], others: tuple[str, ...]) -> tuple[Block, ...]:
    return (
        Questions(),
        Gallery(title=say("The group"), caption=say("The most typical first."), images=group),
        Gallery(title=say("Others of the class"), caption=say("Called rightly, the surest first."), images=others),
    )


def _nothing(tested: int, images: ImageTable) -> Finding:
    why = say(
        "Looked for in {tested} of {classes} classes; the others have fewer than {fewest} images or {wrong} errors, or "
        "no part in which the errors gather.",
        tested=tested,
        classes=len(images.classes),
        fewest=FEWEST,
        wrong=FEWEST_WRONG,
    )
    return Finding(
        id="discovered-slices",
        detector="slices",
        cue="slices",
        kind="discovered",
        title=say(
            "No group of images of one class that look alike, on which the model fails much more often, was shown."
        ),
        verdict="clear",
        label=None,
        rungs={**NOT_ASKED, "disparity": Rung(state="no", why=why)},
        recommendation=say("Nothing to do."),
        question=QUESTION,
        explanation=say(
            "A group of fewer than about forty images, or one that shades into the rest, would not be seen."
        ),
    )


@detector(question=QUESTION)
def slices(
    images: ImageTable,
    slices: tuple[Slice, ...],
    predictions: Predictions,
    known_cues: tuple[CueValues, ...],
    settings: Settings,
) -> Iterator[Finding]:
    """Why it matters: an accuracy of 90% can be 97% on most images and 30% on a kind that nobody had listed, most often
    the kind that lacks what the model leans on.

    How it is measured: within each class, a mixture of what the images look like to the network and of whether it
    calls them rightly is fitted to one half; the worst part is carried over to the other half by its looks alone,
    and the accuracies inside and outside are compared there. Errors gather in a corner of any class whose images are
    hard by degrees. So the loss, and the valley between the group and the rest, must both exceed those that the same
    search finds in twins of the class drawn from one Gaussian, whose errors are as many and lie at the least margin.
    Of a patient one image is counted. Benjamini-Hochberg over classes.

    What it cannot show: why the group fails; where a known cue tells it apart, that is said. Groups of fewer than
    about forty images, those that shade into the rest, and any group where every fold trained a network of its own.

    References: Eyuboglu et al. 2022 (Domino, ICLR); Oakden-Rayner et al. 2020 (hidden stratification); Sohoni et al.
    2020 (No subclass left behind, NeurIPS).
    """
    # A class in which no part was worse was looked at as well: its p-value is 1.
    family = np.ones(max((one.family for one in slices), default=0))
    family[: len(slices)] = [one.p_value for one in slices]
    ranked = sorted(zip(q_values(family), slices, strict=False), key=lambda pair: (pair[0], pair[1].label))
    shown = [(float(q), one) for q, one in ranked if q < Q]
    for number, (q, one) in enumerate(shown, 1):
        yield _finding(number, one, q, images, predictions, known_cues, settings.seed)
    if not shown:
        yield _nothing(len(slices), images)
