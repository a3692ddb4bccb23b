"""Whether measured properties together give the label away, though none may do so alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from biasaudit.detectors.content_blind import VIEWS
from biasaudit.detectors.detector import detector
from biasaudit.evidence.properties_together import PropertiesTogether
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Finding, Name, Rung, RungName, Sentence, listed, paragraph, say
from biasaudit.stats import detectable_auc
from biasaudit.thresholds import FLOORS, Q

QUESTION = say("Can the label be told from the measured properties together?")
NAMED = 3
"""Properties that a sentence names."""
TOLD_AS_A_PAIR = 0.1
"""Share of the score that a pair must owe to being seen together, to be named."""
EXAMPLES = 20
NOT_ASKED: dict[RungName, Rung] = {
    name: Rung(
        state="untested", why=say("The properties are learnt from by themselves: that says nothing of the model.")
    )
    for name in ("encoding", "reliance", "disparity")
}


HONEST = say(
    "Subjects differ in brightness, colour and sharpness too, so honest content is told by these as well. A "
    "high figure is no fault by itself; it says how little of a picture a model needs."
)


def _plain(name: str) -> Name:
    return Name("cue", name.replace("_", " "))


def _from(found: PropertiesTogether) -> Sentence:
    """ "From brightness, contrast and sharpness and 20 other measured properties together"."""
    rest = len(found.names) - NAMED
    return say(
        "From {names}{more} together",
        names=listed([_plain(name) for name in found.names[:NAMED]]),
        more=say(" and {rest} other measured properties", rest=rest) if rest > 0 else NOTHING,
    )


def _figures(found: PropertiesTogether) -> Sentence:
    """ "AUC 0.81 (0.77 to 0.85), chance 0.50, in the given test part 0.60"."""
    tested = NOTHING
    if found.held_out is not None:
        tested = say(", in the given test part {area:.2f}", area=found.held_out)
    return say(
        "AUC {value:.2f} ({low:.2f} to {high:.2f}), chance 0.50{tested}",
        value=found.auc.value,
        low=found.auc.low,
        high=found.auc.high,
        tested=tested,
    )


def _shares(found: PropertiesTogether) -> Sentence:
    """ "above all by sharpness (34%), brightness (20%) and hair (9%)", and a pair that tells as a pair."""
    most = zip(found.names[:NAMED], found.shares.tolist(), strict=False)
    told = listed([say("{cue} ({share:.0%})", cue=_plain(name), share=share) for name, share in most])
    pair = NOTHING
    if found.pair_share >= TOLD_AS_A_PAIR:
        first, second = map(_plain, found.pair)
        pair = say(
            ", {share:.0%} by {first} and {second} as a pair", share=found.pair_share, first=first, second=second
        )
    return say("above all by {told}{pair}", told=told, pair=pair)


def _title(found: PropertiesTogether, told: bool) -> Sentence:
    view, figures = _from(found), _figures(found)
    if not told:
        return say("{view}, the label is hardly told, if at all: {figures}.", view=view, figures=figures)
    return say(
        "{view}, the label is told with {figures}; {shares}; no single one does better than {best:.2f}.",
        view=view,
        figures=figures,
        shares=_shares(found),
        best=found.best_single,
    )


def _explanation(asked: int, classes: int) -> Sentence:
    if asked == classes:
        return HONEST
    some = say(
        "Of {classes:,} classes the {asked} with the most images were asked about, each against all others.",
        classes=classes,
        asked=asked,
    )
    return paragraph(some, HONEST)


def _images_called(found: PropertiesTogether) -> tuple[np.ndarray, np.ndarray]:
    """Rows, int, of the classes that were asked about: those called rightly with most confidence, and most wrongly."""
    codes = found.codes
    own, asked = found.log_odds[np.arange(len(codes)), codes], codes < found.classes
    rightly = found.log_odds.argmax(axis=1) == codes
    good, bad = np.flatnonzero(asked & rightly), np.flatnonzero(asked & ~rightly)
    best, worst = good[np.argsort(-own[good], kind="stable")], bad[np.argsort(own[bad], kind="stable")]
    return best[:EXAMPLES], worst[:EXAMPLES]


def _smallest(codes: np.ndarray, classes: int) -> float:
    """The smallest AUC that would have been reported: what the data could show, or the floor where that is more."""
    sizes = np.bincount(codes, minlength=classes)[:classes]
    shown = float(np.mean([detectable_auc(int(size), int(len(codes) - size)) for size in sizes]))
    return max(shown, 0.5 + FLOORS["association"] / 2)


@detector(question=QUESTION)
def properties_together(images: ImageTable, properties_together: PropertiesTogether) -> Iterator[Finding]:
    """Why it matters: a dim and sharp picture, neither of which says anything alone, can be one camera's. A list of
    properties that are asked one at a time misses what only two of them tell.

    How it is measured: small gradient-boosted trees learn the label from every measured property, artefact and trait
    of the file, out of fold, with the folds and the rules of the audited model; no column of the metadata, and no
    pixels. The p-value permutes labels within folds, whole groups at a time, against the out-of-fold scores, and
    stretches what chance does there by the square root of two, since each label was also learnt from. Of more than 20
    classes the 20 with the most images are asked about, each against all others. The shares are
    mean absolute SHAP values on held-out images, and of a pair the mean absolute SHAP interaction.

    What it cannot show: a fault. Subjects differ in brightness and sharpness too, so this raises no alarm, as no
    partial view does; each property has a finding of its own, which can. Nor does it show that the model uses what
    the trees do. Of properties that go together, the share of one may stand for all of them.

    References: Friedman 2001 (Greedy function approximation: a gradient boosting machine); Lundberg et al. 2020 (From
    local explanations to global understanding with explainable AI for trees, Nature Machine Intelligence).
    """
    found = properties_together
    told = found.p_value < Q and found.auc.low > 0.5 and found.auc.value >= 0.5 + FLOORS["association"] / 2
    best, worst = _images_called(found)
    association = Rung(
        state="yes" if told else "no",
        estimate=found.auc,
        p_value=found.p_value,
        q_value=found.p_value,
        method=say("cross-fitted boosted trees; permutation of labels within folds"),
        smallest_detectable=_smallest(found.codes[~images.held_out], found.classes),
        why=say(
            "{view}, small boosted trees tell the label with {figures}; {shares}.",
            view=_from(found),
            figures=_figures(found),
            shares=_shares(found),
        ),
    )
    yield Finding(
        id="view-properties_together",
        detector="properties_together",
        cue="properties_together",
        kind="view",
        title=_title(found, told),
        verdict="clear",
        label=None,
        rungs={"association": association, **NOT_ASKED},
        examples=tuple(map(str, images.ids[best])),
        counterexamples=tuple(map(str, images.ids[worst])),
        recommendation=say("Ask whether these properties should know the label; if not, even them out together.")
        if told
        else say("Nothing to do."),
        question=QUESTION,
        explanation=_explanation(found.classes, len(images.classes)),
        section=VIEWS,
    )
