"""Whether the label can be told from views of the pictures that do not show their subject."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from biasaudit.detectors.detector import detector
from biasaudit.evidence.blind_views import BlindView
from biasaudit.images.partial_views import PATCHES, THUMBNAIL
from biasaudit.images.table import ImageTable
from biasaudit.results import Finding, Rung, RungName, State
from biasaudit.stats import detectable_auc, q_values
from biasaudit.thresholds import FLOORS, Q

QUESTION = "Can the label be told without seeing the subject?"
FROM = {
    "background": "With the centre blacked out",
    "border": "From the outermost tenth along each edge alone",
    "shuffled_patches": f"With the picture cut into {PATCHES**2} squares and shuffled",
    "fine_detail": "From fine detail alone (edges and noise, no areas, no colours)",
    "thumbnail": f"From a thumbnail of {THUMBNAIL} x {THUMBNAIL} pixels alone",
    "colours": "From the colours alone, without their places",
    "file_traits": "From the traits of the file alone, without the picture",
}
"""What is left, as a sentence begins with it."""
EXAMPLES = 20
NOT_ASKED: dict[RungName, Rung] = {
    name: Rung(state="untested", why="A view is learnt from by itself: it says nothing of what the model uses.")
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
        method="cross-fitted linear head; permutation of labels within folds",
        smallest_detectable=_smallest(view, images, tests),
        why=f"{FROM[view.id]}, a linear head tells the label with {_figures(view)}.",
    )


def _figures(view: BlindView) -> str:
    """ "AUC 0.81 (full picture: 0.95), in the given test part 0.60 (0.72)"."""
    assert view.auc is not None
    text = f"AUC {view.auc.value:.2f} (full picture: {view.whole:.2f})"
    return text + (", in the given test part {:.2f} ({:.2f})".format(*view.held_out) if view.held_out else "")


def _title(view: BlindView, told: bool) -> str:
    if told:
        return f"{FROM[view.id]}, the label is still told with {_figures(view)}."
    return f"{FROM[view.id]}, the label is hardly told, if at all: {_figures(view)}."


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
        title=f"{FROM[view.id]}: not tested. {view.untested}",
        verdict="untested",
        label=None,
        rungs={"association": Rung(state="untested", why=view.untested), **NOT_ASKED},
        recommendation="Nothing to do, unless this view matters here.",
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
        recommendation="Ask whether this view should know the label; if not, test the model where the two do not agree."
        if told
        else "Nothing to do.",
        question=QUESTION,
        explanation="A place goes with an action and a colour with a fruit: honest content is told by such views too. "
        "A high figure is no fault by itself; it says how little of a picture a model needs.",
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
