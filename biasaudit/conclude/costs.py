"""What each conclusion costs: how good the model is where its cause and the label are independent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from biasaudit.conclude.ranking import finding_id
from biasaudit.conclude.untied import untied
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.source_traits import OF_THE_SUBJECT
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import Conclusion, Untied

KINDS = ("mark", "people", "source")
LEVELS = ("shortcut", "review", "unidentifiable", "suspect")
MOST = 3
"""Causes that are made independent of the label together: each further one leaves fewer images that tell."""


def costs(
    conclusions: Sequence[Conclusion], ties: Iterable[Tie], images: ImageTable, predictions: Predictions
) -> tuple[tuple[Conclusion, ...], Untied | None]:
    """The conclusions with what each costs, where that is asked; and what the leading ones cost together.

    Asked of what gives a label away and can be told image by image: of a source the trait or column that tells it, of a
    mark its first finding.
    """
    tie_of = {finding_id(tie.cue): tie for tie in ties if tie.cue.role != "mediator"}
    causes: list[Tie] = []
    priced = []
    for each in conclusions:
        tie = _cause(each, tie_of)
        if tie is not None:
            each = each.model_copy(update={"untied": untied([tie], images, predictions)})
            causes.append(tie)
        priced.append(each)
    together = untied(causes[:MOST], images, predictions) if causes else None
    return tuple(priced), together


def _cause(conclusion: Conclusion, tie_of: Mapping[str, Tie]) -> Tie | None:
    if conclusion.kind not in KINDS or conclusion.level not in LEVELS:
        return None
    if conclusion.findings[0] == "view-border":  # all pictures have an edge: there are no sides to make independent
        return None
    kinds = ("file", "metadata") if conclusion.kind == "source" else ("artefact", "discovered", "metadata")
    told = (tie_of[name] for name in conclusion.findings if name in tie_of)
    return next((tie for tie in told if tie.cue.kind in kinds and tie.cue.id not in OF_THE_SUBJECT), None)
