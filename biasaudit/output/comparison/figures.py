"""The figures of two findings on one scale, and the sentence that holds them side by side."""

from __future__ import annotations

from typing import Any

from biasaudit.output.comparison.records import Side, Status
from biasaudit.report.standing import of_a_cue
from biasaudit.results import Audit, Estimate, Finding, RungName, Sentence, say, shorten

MOST = 40
"""Letters of a name in a sentence."""
CRAMERS_V = "Cramer’s V"


def side_of(finding: Finding | None, rung: RungName | None, audit: Audit) -> Side | None:
    """A finding as an audit has it, with its figure on the rung that decides."""
    if finding is None:
        return None
    asked = finding.rungs.get(rung) if rung else None
    estimate, placebo = (asked.estimate, asked.placebo) if asked else (None, None)
    distance = estimate.limit if estimate and rung == "reliance" and estimate.limit > 0 else None
    return Side(
        verdict=finding.verdict,
        label=finding.label,
        estimate=_scaled(estimate, distance),
        placebo=_scaled(placebo, distance) if estimate else None,
        distance=distance,
        review=next((review for review in audit.reviews if review.finding == finding.id), None),
    )


def _scaled(figure: Estimate | None, distance: float | None) -> Estimate | None:
    """Use as shares of the distance between the classes, which differs between models; other figures as they are."""
    if figure is None or distance is None:
        return figure
    parts: dict[str, Any] = {name: getattr(figure, name) / distance for name in ("value", "low", "high")}
    measure = say("{measure}, in distances between classes", measure=Sentence(figure.measure))
    return figure.model_copy(update={**parts, "limit": 1.0, "measure": measure})


def _tie_called(finding: Finding, tie: Estimate) -> str:
    """What a tie is measured by, which its scale tells: how well the classes are ranked, or how far two columns go
    together. The tie of a group is a difference of shares, and has no name."""
    if (tie.null, tie.limit) == (0.5, 1.0):
        return "AUC"
    return CRAMERS_V if of_a_cue(finding) and tie.null == 0 else ""


def turned(side: Side | None, finding: Finding, rung: RungName) -> Side | None:
    """A side's figure as of the class that `finding` is about: what speaks for one of two speaks against the other."""
    if side is None or side.estimate is None or side.label == finding.label:
        return side
    if rung == "association" and _tie_called(finding, side.estimate) == CRAMERS_V:  # it speaks for no class
        return side
    return side.model_copy(
        update={"estimate": _against(side.estimate), "placebo": _against(side.placebo) if side.placebo else None}
    )


def _against(figure: Estimate) -> Estimate:
    ends = {"value": figure.value, "low": figure.high, "high": figure.low}
    return figure.model_copy(update={name: 2 * figure.null - end for name, end in ends.items()})


def _name(finding: Finding) -> str:
    cue = shorten(finding.cue, MOST)
    if finding.kind == "metadata":
        return f"the column “{cue}”"
    plain = cue.replace("_", " ")
    return f"the {plain}" if finding.kind in ("artefact", "representation") else plain


def in_words(figure: Estimate, when: str) -> str:
    """ "0.62 before (0.50 to 0.74)": one format for all, so that two figures can be held side by side."""
    value, low, high = (f"{round(each, 2) + 0.0:.2f}" for each in (figure.value, figure.low, figure.high))
    return f"{value} {when} ({low} to {high})".replace("-", "−")


def sentence_of(finding: Finding, rung: RungName, status: Status, before: Estimate, after: Estimate) -> str:
    """What became of a finding, with both figures and their intervals."""
    figures = f"{in_words(before, 'before')}, {in_words(after, 'after')}"
    if rung == "reliance":
        observed = finding.rungs["reliance"].method == "observation"
        told = "The model's answers go with" if observed else "The model relies on"
        figures = f"{in_words(before, 'of the distance between classes before')}, {in_words(after, 'after')}"
    elif rung == "disparity":
        told = "The model's accuracy differs between the sides of"
    else:
        told = "The label is tied to"
        figures = " ".join(filter(None, (_tie_called(finding, after), figures)))
    how = "less" if after.value < before.value else "more"
    if status == "same":
        how = "as before, as far as can be told"
    return f"{told} {_name(finding)} {how}: {figures}."


def kind_of(audit: Audit) -> str:
    """What kind of model was audited: whether trained here, on which network and how."""
    model = audit.model
    if model is None:
        return "none"
    if not model.folds:
        return "a model that was given"
    return f"{model.backbone}, {'trained whole' if model.curves else 'frozen features'}"
