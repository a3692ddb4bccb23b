"""How good the model would be where the leading causes and the label are independent, from the answers that it gave.

The images in which they part stand in for those that such a set would hold: they count for more. Each side of a cause
gets half of the weight in every class, so that a model that only knows the cause has an AUC of 0.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from biasaudit.conclude.wording import name_of
from biasaudit.evidence.named.cue_values import coded
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import Estimate, Name, Sentence, Untied, counted, joined, listed, say
from biasaudit.stats import auc
from biasaudit.stats.independent import Estimated, Levels, area_apart, fitted_weights, macro, recall_apart, worth
from biasaudit.stats.intervals import effective_n, proportion

FEWEST = 5
"""Images of the class, and of the others, on either side of each cause, from which anything is told."""
WIDEST = 0.5
"""The widest interval of an AUC that is printed: from chance to perfect."""
STEPS, LEAST_A_STEP = 4, 5
"""Steps, at most, into which the values on one side are cut, and images of a class that each should hold."""
SURELY_WITHOUT, SURELY_WITH = 0.75, 0.1
"""Where an artefact's measure leaves doubt: above the highest value of the lowest three quarters of those below its
threshold, in the class that has less of it, a faint one may have been missed; and up to the lowest tenth of those above
it, in the class that has more, something else may have been taken for one."""


@dataclass(frozen=True, eq=False)
class _Asked:
    """The images that are asked about, and where each stands."""

    rows: np.ndarray
    """int (m,): rows of the table."""
    positive: np.ndarray
    """bool (m,): of the class."""
    causes: tuple[Levels, ...]
    weights: np.ndarray
    """float (m,), sum 1 in the class and in the rest."""
    groups: np.ndarray
    """int (m,)."""


def untied(ties: Sequence[Tie], images: ImageTable, predictions: Predictions) -> Untied:
    """The model's figures where these causes, one or a few, and the label are independent.

    Of the given test part nothing is asked, but of a given model, which is judged there. Where causes go with several
    classes, each such class is asked about against the rest, with all causes independent of it.
    """
    rows = predictions.judged if predictions.given else ~images.held_out
    seen = rows & np.logical_and.reduce([tie.known for tie in ties])
    used = seen & ~np.logical_or.reduce([_in_doubt(tie, seen) for tie in ties])
    right = predictions.log_odds.argmax(axis=1) == images.codes
    labels = list(dict.fromkeys(tie.label for tie in ties))
    codes = [images.classes.index(label) for label in labels]
    naive = [auc(predictions.log_odds[rows, code], images.codes[rows] == code) for code in codes]
    recalls = [[right[rows & side].mean() for side in (images.codes == code, images.codes != code)] for code in codes]
    apart = used & np.logical_or.reduce([tie.conflict for tie in ties])
    plain = Untied(
        causes=tuple(tie.cue.id for tie in ties),
        naive_auc=float(np.mean(naive)),
        naive_balanced_accuracy=float(np.mean(recalls)),
        apart=int(apart.sum()),
        in_doubt=int((seen & ~used).sum()),
    )
    cells = [cell for tie in ties for cell in _cells(tie, images, used)]
    fewest = min(cells, key=lambda cell: len(cell.rows))
    if len(fewest.rows) < FEWEST:
        return plain.model_copy(update={"why": _too_few(fewest, ties)})
    if _lacks_a_cell(ties, codes, images, used):
        return plain.model_copy(update={"why": _none_apart(ties)})
    worst = min(cells, key=lambda cell: float(right[cell.rows].mean()))
    told = _figures(ties, codes, images, predictions, used)
    if (seen & ~used).any():
        # As far as the figure moved when these were left out it may move again, since some missed ones look like none:
        # two standard errors, about.
        moved = told.area.value - _figures(ties, codes, images, predictions, seen).area.value
        told = replace(told, area=told.area.wider(moved / 2))
    if told.area.interval.high - told.area.interval.low > WIDEST:
        return plain.model_copy(update={"why": _too_wide(told, ties), "effective_n": told.effective})
    hits = right[worst.rows].astype(float)
    recognised = say(
        "{cell}: {share:.0%} called rightly, of {images}",
        cell=worst.name,
        share=hits.mean(),
        images=counted(len(hits), say("image")),
    )
    measure = say("AUC where {causes} and the label are independent", causes=_named(ties))
    figures = {
        "auc": _estimate(measure, told, used),
        "balanced_accuracy": told.recall.value,
        "worst_cell": recognised,
        "worst": _share(worst, hits, images),
        "effective_n": told.effective,
    }
    return plain.model_copy(update=figures)


@dataclass(frozen=True, eq=False)
class _Told:
    area: Estimated
    recall: Estimated
    effective: int


def _figures(
    ties: Sequence[Tie], codes: Sequence[int], images: ImageTable, predictions: Predictions, used: np.ndarray
) -> _Told:
    """The figures of each class that a cause goes with, and their mean."""
    right = predictions.log_odds.argmax(axis=1) == images.codes
    areas, recalls, effective = [], [], []
    for code in codes:
        asked = _asked(ties, code, images, used)
        scores = predictions.log_odds[asked.rows, code]
        areas.append(area_apart(scores, asked.positive, asked.causes, asked.weights, asked.groups))
        recalls.append(recall_apart(right[asked.rows], asked.positive, asked.causes, asked.weights, asked.groups))
        effective.append(worth(asked.weights, asked.positive))
    return _Told(macro(areas), macro(recalls), min(effective))


def _asked(ties: Sequence[Tie], code: int, images: ImageTable, used: np.ndarray) -> _Asked:
    rows = np.flatnonzero(used)
    positive = images.codes[rows] == code
    causes = tuple(_levels(tie, positive, rows) for tie in ties)
    return _Asked(rows, positive, causes, fitted_weights(causes, positive), images.group_codes[rows])


def _in_doubt(tie: Tie, seen: np.ndarray) -> np.ndarray:
    """bool (n,): the images whose value lies about an artefact's threshold, where few of those that are sure lie.

    Where a cause and a class nearly agree, mistakes of the measure are most of what seems to be in conflict.
    """
    values, doubt = tie.cue.values, np.zeros(len(seen), dtype=bool)
    if values is None or tie.cue.threshold is None:
        return doubt
    more = tie.positive if tie.direction > 0 else ~tie.positive
    above, below = seen & (values >= tie.cue.threshold), seen & (values < tie.cue.threshold)
    if (below & ~more).any():
        doubt |= below & (values > np.quantile(values[below & ~more], SURELY_WITHOUT))
    if (above & more).any():
        doubt |= above & (values < np.quantile(values[above & more], SURELY_WITH))
    return doubt


def _levels(tie: Tie, positive: np.ndarray, rows: np.ndarray) -> Levels:
    """Where the images stand in a cause; positive: bool (m,); rows: int (m,).

    Values without a threshold are cut into steps on either side, and words are kept apart where enough images have
    each: else the brighter of the bright would still be of one class.
    """
    side = tie.present[rows].astype(int)
    step = np.zeros(len(rows), dtype=int)
    for number in (0, 1):
        here = side == number
        step[here] = _steps(tie, positive[here], rows[here])
    _, codes = np.unique(2 * step + side, return_inverse=True)
    of_side = np.zeros(codes.max() + 1, dtype=int)
    of_side[codes] = side
    counts = [np.bincount(codes[kind], minlength=len(of_side)) for kind in (positive, ~positive)]
    shares = np.mean([each / each.sum() for each in counts], axis=0)
    each = np.array([shares[of_side == number].sum() for number in of_side])
    return Levels(codes, shares / each / len(np.unique(of_side)))


def _steps(tie: Tie, positive: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """int (m,): the step of each image of one side."""
    alone = np.zeros(len(rows), dtype=int)
    if tie.cue.levels is not None:
        names, level = coded(tie.cue.levels[rows])
        counts = [np.bincount(level[kind], minlength=len(names)) for kind in (positive, ~positive)]
        return np.where((np.minimum(*counts) >= LEAST_A_STEP)[level], level + 1, 0)
    if tie.cue.values is None or tie.cue.threshold is not None:
        return alone
    values = tie.cue.values[rows]
    rarer = values[positive if positive.sum() <= (~positive).sum() else ~positive]
    for steps in range(min(STEPS, len(rarer) // LEAST_A_STEP), 1, -1):
        cuts = np.unique(np.quantile(rarer, np.arange(1, steps) / steps))
        step = np.searchsorted(cuts, values, "right")
        counts = [np.bincount(step[kind], minlength=len(cuts) + 1) for kind in (positive, ~positive)]
        if np.min(counts) >= LEAST_A_STEP:
            return step
    return alone


@dataclass(frozen=True, eq=False)
class _Cell:
    """The images of one label on one side of one cause."""

    name: Sentence
    """ "malignant without the ruler"."""
    rows: np.ndarray
    """int (m,)."""


def _cells(tie: Tie, images: ImageTable, used: np.ndarray) -> Iterator[_Cell]:
    others = [name for name in images.classes if name != tie.label]
    rest = say("{label:60}", label=Name("label", others[0])) if len(others) == 1 else say("other images")
    label = say("{label:60}", label=Name("label", tie.label))
    for present in (True, False):
        where = _side(tie, present)
        for positive, name in ((True, label), (False, rest)):
            rows = np.flatnonzero(used & (tie.present == present) & (tie.positive == positive))
            yield _Cell(say("{label} {where}", label=name, where=where), rows)


def _side(tie: Tie, present: bool) -> Sentence:
    """Where an image stands: "with the ruler", "with more brightness", "where the column “site” is “a”"."""
    cue = name_of(tie.cue)
    more = present == (tie.direction > 0)
    if tie.speaking:
        named = joined((say("“{value:30}”", value=Name("value", each)) for each in tie.speaking[:2]), say(" or "))
        others = say(" or one of {n} more", n=len(tie.speaking) - 2) if len(tie.speaking) > 2 else say("")
        how = say("is") if present else say("is not")
        return say("where {cue} {how} {named}{others}", cue=cue, how=how, named=named, others=others)
    if tie.cue.kind in ("artefact", "discovered"):
        return say("with {cue}", cue=cue) if more else say("without {cue}", cue=cue)
    return say("with more {cue}", cue=cue) if more else say("with less {cue}", cue=cue)


def _named(ties: Sequence[Tie]) -> Sentence:
    return listed([name_of(tie.cue) for tie in ties])


def _lacks_a_cell(ties: Sequence[Tie], codes: Sequence[int], images: ImageTable, used: np.ndarray) -> bool:
    """Whether a side of a cause has too few images of a class that another cause goes with: nothing could stand in for
    them, and the figure would be too good."""
    return any(
        (used & (tie.present == present) & ((images.codes == code) == positive)).sum() < FEWEST
        for tie in ties
        for code in codes
        for present in (False, True)
        for positive in (False, True)
    )


def _none_apart(ties: Sequence[Tie]) -> Sentence:
    return say(
        "What the model would do where {causes} and the labels are independent cannot be told: of some class there are "
        "fewer than {fewest} images with one of them, or without.",
        causes=_named(ties),
        fewest=FEWEST,
    )


def _too_few(cell: _Cell, ties: Sequence[Tie]) -> Sentence:
    few = say("only {images}", images=counted(len(cell.rows), say("image")))
    return say(
        "What the model would do where {causes} and the label are independent cannot be told: {there} of {cell}; "
        "{fewest} are needed.",
        causes=_named(ties),
        there=few if len(cell.rows) else say("no image"),
        cell=cell.name,
        fewest=FEWEST,
    )


def _too_wide(told: _Told, ties: Sequence[Tie]) -> Sentence:
    return say(
        "What the model would do where {causes} and the label are independent cannot be told: its AUC lies between "
        "{low:.2f} and {high:.2f}.",
        causes=_named(ties),
        low=told.area.interval.low,
        high=told.area.interval.high,
    )


def _estimate(measure: Sentence, told: _Told, used: np.ndarray) -> Estimate:
    value, low, high = told.area.interval
    return Estimate(measure=measure, value=value, low=low, high=high, null=0.5, limit=1.0, n=int(used.sum()))


def _share(cell: _Cell, hits: np.ndarray, images: ImageTable) -> Estimate:
    independent = effective_n(hits, images.group_codes[cell.rows])
    value, low, high = proportion(float(hits.sum()), len(hits), independent)
    measure = say("share of {cell} that is called rightly", cell=cell.name)
    return Estimate(measure=measure, value=value, low=low, high=high, null=1.0, limit=0.0, n=len(hits))
