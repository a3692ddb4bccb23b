"""The figures of two findings on one scale, and the sentence that holds them side by side."""

from __future__ import annotations

from typing import Any

from biasaudit.output.comparison.records import Side, Status
from biasaudit.results import Audit, Estimate, Finding, RungName


def side_of(finding: Finding | None, rung: RungName | None, audit: Audit) -> Side | None:
    """A finding as an audit has it, with its figure on the rung that decides."""
    if finding is None:
        return None
    asked = finding.rungs.get(rung) if rung else None
    return Side(
        verdict=finding.verdict,
        label=finding.label,
        estimate=_scaled(asked.estimate, asked.estimate) if asked and asked.estimate else None,
        placebo=_scaled(asked.placebo, asked.estimate) if asked and asked.placebo and asked.estimate else None,
        distance=asked.estimate.limit if asked and asked.estimate and _in_log_odds(asked.estimate) else None,
        review=next((review for review in audit.reviews if review.finding == finding.id), None),
    )


def _in_log_odds(figure: Estimate) -> bool:
    return "log-odds" in figure.measure and figure.limit > 0


def _scaled(figure: Estimate, own: Estimate) -> Estimate:
    """Log-odds as shares of the distance between the classes, which differs between models; others as they are."""
    if not _in_log_odds(own):
        return figure
    parts: dict[str, Any] = {name: getattr(figure, name) / own.limit for name in ("value", "low", "high")}
    measure = f"{figure.measure}, in distances between classes"
    return figure.model_copy(update={**parts, "limit": 1.0, "measure": measure})


def turned(side: Side | None, finding: Finding) -> Side | None:
    """A side's figure as of the class that `finding` is about: what speaks for one of two speaks against the other."""
    if side is None or side.estimate is None or side.label == finding.label or "Cramer" in side.estimate.measure:
        return side
    return side.model_copy(
        update={"estimate": _against(side.estimate), "placebo": _against(side.placebo) if side.placebo else None}
    )


def _against(figure: Estimate) -> Estimate:
    ends = {"value": figure.value, "low": figure.high, "high": figure.low}
    return figure.model_copy(update={name: 2 * figure.null - end for name, end in ends.items()})


def short(text: str | None) -> str:
    """A name that fits into a sentence."""
    return "no class" if text is None else text if len(text) <= 40 else text[:39] + "…"


def _name(finding: Finding) -> str:
    plain = short(finding.cue).replace("_", " ")
    if finding.kind == "metadata":
        return f"the column “{short(finding.cue)}”"
    return f"the {plain}" if finding.kind in ("artefact", "representation") else plain


def in_words(figure: Estimate, when: str) -> str:
    """ "0.62 before (0.50 to 0.74)": one format for all, so that two figures can be held side by side."""
    value, low, high = (f"{round(each, 2) + 0.0:.2f}" for each in (figure.value, figure.low, figure.high))
    return f"{value} {when} ({low} to {high})".replace("-", "−")


def sentence_of(finding: Finding, rung: RungName, status: Status, before: Estimate, after: Estimate) -> str:
    """What became of a finding, with both figures and their intervals."""
    told, name = "The label is tied to", _name(finding)
    figures = f"{in_words(before, 'before')}, {in_words(after, 'after')}"
    if rung == "reliance":
        observed = finding.rungs["reliance"].method == "observation"
        told = "The model's answers go with" if observed else "The model relies on"
        figures = f"{in_words(before, 'of the distance between classes before')}, {in_words(after, 'after')}"
    elif rung == "disparity":
        told = "The model's accuracy differs between the sides of"
    else:
        figures = f"{'Cramer’s V' if 'Cramer' in after.measure else 'AUC'} {figures}"
    if status == "same":
        return f"{told} {name} as before, as far as can be told: {figures}."
    return f"{told} {name} {'less' if after.value < before.value else 'more'}: {figures}."


def kind_of(audit: Audit) -> str:
    """What kind of model was audited: whether trained here, on which network and how."""
    model = audit.model
    if model is None:
        return "none"
    if not model.folds:
        return "a model that was given"
    return f"{model.backbone}, {'frozen features' if model.training.startswith('frozen') else 'trained whole'}"
