"""Rung three for patterns that nobody has named: does setting one into another image move the answer?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from biasaudit.detectors.detector import detector
from biasaudit.detectors.reliance import by_intervention, class_gap
from biasaudit.detectors.rung import NOT_TIED, RungResult
from biasaudit.evidence.discovery import FixedPlace, Pattern
from biasaudit.evidence.interventions import Intervention
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import Section, say
from biasaudit.settings import Settings
from biasaudit.stats import generator
from biasaudit.thresholds import FLOORS

FLOOR = 0.005
"""Share of the distance between classes that counts as use. Low, since what is cut out of one image and set into
another is a part of the mark in strange surroundings, and since a network that tells everything leans on each thing
little; whether that matters is asked of a person."""
TOO_FEW = say("Too few images to set it into, or to cut from.")
LOOKED_AT = Section(
    id="looked-at",
    title=say("What the model looks at"),
    intro=say(
        "Patterns that recur in the images of one class and that no cue names. Nothing says that they are not the "
        "subject: a person should look."
    ),
)
"""Where what is tied to a class, and may well be the subject, is told."""


@detector(
    question="Does something that no cue names recur in the images of one class, and does the model use it?",
    silence="nothing that no cue names recurs in one class",
)
def discovery(
    images: ImageTable,
    discovered: tuple[Pattern | FixedPlace, ...],
    ties: tuple[Tie, ...],
    predictions: Predictions,
    transplants: Mapping[str, Intervention],
    settings: Settings,
) -> Iterator[RungResult]:
    """Why it matters: the next ruler is on nobody's list. A coffee ring, a stamp or a speck of dust on the sensor that
    came with one class is a shortcut all the same.

    How it is measured: in half of the images, every place is described by the middle of a pretrained network; places
    whose like is found again in most images of one class and seldom elsewhere are sharpened by what they find. In the
    other half the tie is tested, and the pattern is cut out of images that show it and set into images of other
    classes; the change in the class's log-odds is compared with that from the same piece of an image without it. A
    pattern that recurs nearly unchanged, plainly there or plainly not, and as strong in the other classes' images that
    have it, looks put there, and is shown for review: no statistic of pictures and labels alone tells a subject from a
    shortcut. The others are listed as what the model looks at.

    Marks that stand at one fixed place are looked for as well: the mean of what is sharp-edged, place by place, of one
    class against the others, in one half, with the labels permuted to say how large the largest difference is by
    chance. In the other half every image is compared with that template.

    What it cannot show: what varies from image to image as subjects do, what has no place (a colour cast, noise), and
    what is smaller than about a fiftieth of the picture's side. A person has to say what a pattern is.

    References: Doersch et al. 2012, What makes Paris look like Paris?, SIGGRAPH; Otsu 1979; Bissoto 2020.
    """
    tie_of = {tie.cue.key: tie for tie in ties}
    called = say("images") if predictions.given else say("held-out images")
    for pattern in discovered:
        tie = tie_of.get(pattern.cue.key)
        if tie is None:
            continue
        code = images.classes.index(tie.label)
        gap = class_gap(tie, predictions.log_odds[:, code], predictions.judged if predictions.given else None)
        done = transplants.get(pattern.cue.key)
        if done is None or gap <= 0:
            why = NOT_TIED if tie.strength < FLOORS["association"] else TOO_FEW
            yield RungResult(cue=tie.cue.key, label=tie.label, rung="reliance", why=why)
            continue
        rng = generator(settings.seed, "discovery", tie.cue.key)
        yield replace(by_intervention(tie, done, code, gap, images.groups, len(discovered), rng, called), floor=FLOOR)
