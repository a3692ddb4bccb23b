"""Whether the label can be told from views of the pictures that do not show their subject."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from biasaudit.detectors.detector import detector
from biasaudit.evidence.blind_views import BlindView
from biasaudit.images.partial_views import PATCHES, THUMBNAIL
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Finding, Rung, RungName, Section, Sentence, State, say
from biasaudit.stats import detectable_auc, q_values
from biasaudit.thresholds import FLOORS, Q

QUESTION = say("Can the label be told without seeing the subject?")
FROM = {
    "background": say("With the centre blacked out"),
    "border": say("From the outermost tenth along each edge alone"),
    "shuffled_patches": say("With the picture cut into {n} squares and shuffled", n=PATCHES**2),
    "fine_detail": say("From fine detail alone (edges and noise, no areas, no colours)"),
    "thumbnail": say("From a thumbnail of {side} x {side} pixels alone", side=THUMBNAIL),
    "colours": say("From the colours alone, without their places"),
    "file_traits": say("From the traits of the file alone, without the picture"),
}
"""What is left, as a sentence begins with it."""
VIEWS = Section(
    id="views",
    title=say("What can be told without the subject"),
    intro=say(
        "What is told by a part of each picture, or by what was measured of it. A high figure is no fault by itself, "
        "since a place may go with an action: it says how little of a picture a model needs."
    ),
    form="rows",
)
"""Where findings of this kind are told; an untested one stands among what could not be tested."""
EXAMPLES = 20
NOT_ASKED: dict[RungName, Rung] = {
    name: Rung(state="untested", why=say("A view is learnt from by itself: it says nothing of what the model uses."))
    for name in ("encoding", "reliance", "disparity")
}


def _smallest(view: BlindView, images: ImageTable, tests: int) -> float:
    """The smallest AUC that would have been reported: what the data could show, or the floor where that is more."""
    codes = images.codes[view.rows[~images.held_out[view.rows]]]
    sizes = np.bincount(codes, minlength=len(images.classes))
    shown = float(np.mean([detectable_auc(int(size), int(len(codes) - size), tests) for size in sizes]))
    return max(shown, 0.5 + FLOORS["association"] / 2)


def _association(view: BlindView, images: ImageTable, q_value: float, tests: int) -> Rung:
    estimate = view.auc
    assert estimate is not None
    told = q_value < Q and estimate.low > 0.5 and estimate.value >= 0.5 + FLOORS["association"] / 2
    state: State = "yes" if told else "no"
    return Rung(
        state=state,
        estimate=estimate,
        p_value=view.p_value,
        q_value=q_value,
        method=say("cross-fitted linear head; permutation of labels within folds"),
        smallest_detectable=_smallest(view, images, tests),
        why=say("{view}, a linear head tells the label with {figures}.", view=FROM[view.id], figures=_figures(view)),
    )


def _figures(view: BlindView) -> Sentence:
    """ "AUC 0.81 (full picture: 0.95), in the given test part 0.60 (0.72)"."""
    assert view.auc is not None
    tested = NOTHING
    if view.held_out is not None:
        area, whole = view.held_out
        tested = say(", in the given test part {area:.2f} ({whole:.2f})", area=area, whole=whole)
    return say(
        "AUC {area:.2f} (full picture: {whole:.2f}){tested}", area=view.auc.value, whole=view.whole, tested=tested
    )


def _title(view: BlindView, told: bool) -> Sentence:
    figures = _figures(view)
    if told:
        return say("{view}, the label is still told with {figures}.", view=FROM[view.id], figures=figures)
    return say("{view}, the label is hardly told, if at all: {figures}.", view=FROM[view.id], figures=figures)


def _images_called(view: BlindView, images: ImageTable) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that the view calls rightly with the most confidence, and those that it calls most wrongly."""
    codes, ids = images.codes[view.rows], images.ids[view.rows]
    own = view.log_odds[np.arange(len(codes)), codes]
    rightly = view.log_odds.argmax(axis=1) == codes
    best = np.flatnonzero(rightly)[np.argsort(-own[rightly], kind="stable")][:EXAMPLES]
    worst = np.flatnonzero(~rightly)[np.argsort(own[~rightly], kind="stable")][:EXAMPLES]
    return tuple(map(str, ids[best])), tuple(map(str, ids[worst]))


def _untested(view: BlindView) -> Finding:
    return Finding(
        id=f"view-{view.id}",
        detector="content_blind",
        cue=view.id,
        kind="view",
        title=say("{view}: not tested. {why}", view=FROM[view.id], why=view.untested),
        verdict="untested",
        label=None,
        rungs={"association": Rung(state="untested", why=view.untested), **NOT_ASKED},
        recommendation=say("Nothing to do, unless this view matters here."),
        question=QUESTION,
    )


def _finding(view: BlindView, images: ImageTable, q_value: float, tests: int) -> Finding:
    rung = _association(view, images, q_value, tests)
    examples, counterexamples = _images_called(view, images)
    told = rung.state == "yes"
    return Finding(
        id=f"view-{view.id}",
        detector="content_blind",
        cue=view.id,
        kind="view",
        title=_title(view, told),
        verdict="clear",
        label=None,
        rungs={"association": rung, **NOT_ASKED},
        examples=examples,
        counterexamples=counterexamples,
        recommendation=say(
            "Ask whether this view should know the label; if not, test the model where the two do not agree."
        )
        if told
        else say("Nothing to do."),
        question=QUESTION,
        explanation=say(
            "A place goes with an action and a colour with a fruit: honest content is told by such views too. A high "
            "figure is no fault by itself; it says how little of a picture a model needs."
        ),
        section=VIEWS,
    )


@detector(question=QUESTION)
def content_blind(images: ImageTable, blind_views: tuple[BlindView, ...]) -> Iterator[Finding]:
    """Why it matters: where a frame, a heap of patches or a file's traits tell the label, a model need not learn the
    subject, and a high accuracy does not show that it did.

    How it is measured: heads of fixed penalty, with the folds of the audited model, learn from one view each: the
    background (a central box of 60% of each side is black), the border (80%), shuffled patches, fine detail, a
    thumbnail, the colours, the traits of the file. The AUC is out of fold; the given test part is never learnt from,
    and has figures of its own. The p-value is that of a ridge classifier on the same view, with labels permuted within
    folds, whole groups at a time, and corrected for the number of views. At most 1,000 images are learnt from.

    What it cannot show: a fault. Backgrounds and colours differ between classes with good reason (a place goes with an
    action honestly too), so no view raises an alarm: of 1,200 everyday objects from one source, the centre blacked out
    leaves 0.99 and the traits of the file alone 0.71, since bytes go with texture and shape with the subject. Each
    trait has a finding of its own, which can raise one. Nor does it show that the model uses what a view tells. Heads
    learn from single views what they would not from the whole; and a subject off the centre stays in view.

    References: Torralba & Efros 2011 (Unbiased look at dataset bias, CVPR); Zhu, Xie & Yuille 2017 (Object recognition
    with and without objects, IJCAI); Brendel & Bethge 2019 (BagNets, ICLR); Bissoto et al. 2019 ((De)Constructing bias
    on skin lesion datasets, CVPR Workshops); Maguolo & Nanni 2021 (the centre of chest X-rays blacked out).
    """
    tested = [view for view in blind_views if not view.untested]
    corrected = q_values(np.array([view.p_value for view in tested]))
    for view, q_value in zip(tested, corrected, strict=True):
        yield _finding(view, images, float(q_value), len(tested))
    for view in blind_views:
        if view.untested:
            yield _untested(view)
