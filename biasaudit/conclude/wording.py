"""The sentences of an audit: what a verdict means for this cue and this label, in plain English."""

from __future__ import annotations

from collections.abc import Mapping

from biasaudit.cues.skin_tone import LIMITS, skin_tone
from biasaudit.evidence.cue_values import CueValues
from biasaudit.evidence.discovery import FixedPlace, Pattern
from biasaudit.evidence.side_effects import SideEffect
from biasaudit.evidence.ties import Tie
from biasaudit.results import Finding, Rung, RungName, Verdict

REMEDIES = {"artefact": "mask or crop it", "metadata": "weigh the images so that it and the label are not tied"}
"""What else than new data helps against a shortcut, by kind of cue."""


HARDLY = 0.005
"""Share of images below which an artefact is not called found: what is measured is something else of the picture."""


def shorten(text: str, most: int = 60) -> str:
    """A name that fits into a sentence."""
    return text if len(text) <= most else text[: most - 1] + "…"


def name_of(cue: CueValues) -> str:
    """How a sentence calls a cue: "the ruler", "brightness", "the column “sex”"."""
    if cue.kind == "metadata":
        return f"the column “{shorten(cue.id)}”"
    plain = shorten(cue.id).replace("_", " ")
    if cue.kind == "discovered":
        return f"a recurring pattern ({plain})"
    return f"the {plain}" if cue.kind == "artefact" else plain


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def tie_in_words(tie: Tie) -> str:
    """How the cue falls on the classes: "found in 91% of malignant and 9% of the other images"."""
    label = shorten(tie.label)
    inside, outside = tie.shares
    if tie.cue.kind == "artefact" and max(inside, outside) < HARDLY:
        return f"hardly any image has it, and its measure is higher in {label if tie.direction > 0 else 'the others'}"
    if tie.speaking:
        others = len(tie.speaking) - 2
        more = f" or {others} other value{'s' * (others > 1)}" if others > 0 else ""
        how = " or ".join(f"“{shorten(name, 30)}”" for name in tie.speaking[:2]) + more
    elif tie.cue.kind in ("artefact", "discovered"):
        how = "found" if tie.direction > 0 else "missing"
    else:
        how = "high" if tie.direction > 0 else "low"
    return f"{how} in {inside:.0%} of {label} and {outside:.0%} of the other images{tie.strata.aside}"


def title(verdict: Verdict, cue: CueValues, tie: Tie | None, rungs: Mapping[RungName, Rung]) -> str:
    """The finding in one plain sentence."""
    name = name_of(cue)
    if cue.constant:
        return _capital(f"{name} does not differ between the images, so it cannot tell them apart.")
    if verdict == "untested" and cue.role == "mediator" and tie is not None:
        return _capital(f"{name} is a declared mediator, so its tie to a class was not judged.")
    if verdict == "untested" or tie is None:
        return _capital(f"{name} was not tested: {rungs['association'].why.rstrip('.')}.")
    words, label = tie_in_words(tie), shorten(tie.label)
    if cue.kind == "discovered":
        return _title_of_pattern(verdict, words, label, name, rungs)
    observed = rungs["reliance"].method == "observation"
    if verdict == "shortcut" and observed:
        return f"The model's answers go with {name} beyond {label} itself, as a shortcut: {words}."
    if verdict == "shortcut" and cue.kind in ("property", "file"):
        return f"The model leans on {name} to tell {label}: {words}. A shortcut, unless {label} is about {name}."
    if verdict == "shortcut":
        return f"The model uses {name} as a shortcut to {label}: {words}."
    if verdict == "suspect":
        return _capital(f"{name} is tied to {label}: {words}; that a model uses it was not shown.")
    if verdict == "unidentifiable":
        return _capital(f"{name} and {label} cannot be told apart in this data: {words}.")
    if verdict == "gap" and cue.role == "mediator":
        return f"The model does worse on one side of {name}, a declared mediator; its tie to a class was not judged."
    if verdict == "gap":
        return f"The model does worse on one side of {name}; no tie of it to a class was shown."
    return _capital(f"no tie of {name} to a class was seen above the smallest effect given here.")


def weak_column(cue: CueValues) -> str:
    """Of a column that tells too little of a class to count as a cue, although one of its groups is tied to it."""
    name = _capital(name_of(cue))
    return f"{name} tells too little of a class to give it away; that its groups differ is a finding of its own."


def _title_of_pattern(verdict: Verdict, words: str, label: str, name: str, rungs: Mapping[RungName, Rung]) -> str:
    if verdict == "shortcut":
        return f"The model uses {name}, off the subject, as a shortcut to {label}: {words}."
    used = rungs["reliance"].state == "yes"
    if verdict == "review":
        return f"The model uses {name} that looks put there to tell {label}: {words}. A person has to say what it is."
    if verdict == "suspect":
        seen = f"{name} that looks put there is tied to {label}: {words}"
        return _capital(f"{seen}; that the model uses it was not shown.")
    if rungs["association"].state != "yes":
        return _capital(f"{name} that recurs in half of the images was not shown to be tied to a class in the others.")
    if not used:
        return _capital(f"{name} is tied to {label}: {words}; that the model uses it was not shown.")
    return f"The model uses {name} to tell {label}: {words}. Nothing says that it is not the subject."


def how_it_recurs(pattern: Pattern | FixedPlace, off_subject: bool | None, beside: bool) -> str:
    """Why a pattern looks put there, or not; beside: whether something else tells its class as well."""
    where = {None: "", True: " It lies off the declared subject.", False: " It lies on the declared subject."}[
        off_subject
    ]
    if pattern.looks_put_there and not beside:
        return f"Nothing else was seen to tell the class, so it may well be the subject. {pattern.how}{where}"
    if pattern.looks_put_there:
        return f"It recurs nearly unchanged, as prints and marks do and subjects seldom do. {pattern.how}{where}"
    return f"It varies from image to image as subjects do. {pattern.how}{where}"


def explanation(verdict: Verdict, cue: CueValues, side_effect: SideEffect | None = None) -> str:
    """What else could explain it."""
    if cue.id == skin_tone.id:
        return f"{LIMITS} {_alone(verdict, cue)}"
    if side_effect is not None and side_effect.share >= 0.5 and verdict not in ("clear", "untested"):
        other = side_effect.of.partition(":")[2].replace("_", " ")
        return (
            f"It may be a side effect of {other}: what putting that into a few images does to it accounts for "
            f"{side_effect.share:.0%} of the difference between the classes. {_alone(verdict, cue)}"
        )
    return _alone(verdict, cue)


def _alone(verdict: Verdict, cue: CueValues) -> str:
    if cue.constant:
        return "What is the same everywhere in this data may still differ elsewhere."
    if verdict == "clear":
        return "A tie below the smallest effect named here would not have been reported."
    if cue.role == "mediator":
        return "What makes the label show may also make images harder: a gap need not be a fault of the data."
    if cue.kind == "property":
        return (
            "It may be part of what the label names (a darker lesion, a brighter sky), or go with where and how the "
            "pictures were taken. Look at the examples before you call it a fault."
        )
    if cue.kind == "artefact":
        return (
            "The mark may go with another trait of the place that made these pictures, which the model may use as well."
        )
    if cue.kind == "file":
        return (
            "File traits betray the source of a picture; the model sees only what they leave in the pixels. Cues of "
            "the same story were not adjusted for: another of them may be the one that is used."
        )
    return "The column may share a cause with what the label names (age and disease), or tell where pictures come from."


def recommendation(verdict: Verdict, cue: CueValues, tie: Tie | None) -> str:
    """The next thing to do."""
    name = name_of(cue)
    if verdict == "untested" and cue.role == "mediator":
        return "Nothing to do, if it is part of how the label comes to show."
    if verdict == "untested":
        return "Measure or record it in every image, if it could matter here."
    if tie is None or verdict == "clear":
        return "Nothing to do."
    label = shorten(tie.label)
    if cue.kind == "discovered" and verdict == "review":
        return f"Look at the examples: if it is not {label} itself, mask it or collect {label} images without it."
    collect = f"{label} images without it and other images with it"
    if tie.speaking:
        collect = f"{label} images with other values of it, and other images with “{shorten(tie.speaking[0], 30)}”"
    elif tie.cue.kind in ("property", "file"):
        low, high = ("low", "high") if tie.direction > 0 else ("high", "low")
        collect = f"{label} images with {low} {name} and other images with {high} {name}"
    if verdict == "unidentifiable":
        return f"Only new data can answer: collect {collect}, at least 30 of each, then audit again."
    if verdict == "shortcut":
        astray = "is missing or misleads" if cue.kind == "artefact" else "does not go with the label as it does here"
        remedy = REMEDIES.get(cue.kind, "even it out in preprocessing")
        return (
            f"Do not trust this model where {name} {astray}. Collect {collect}; or {remedy}; "
            "then train and audit again."
        )
    if verdict == "suspect":
        return f"Look at the counterexamples; collect {collect} before trusting a model trained on this."
    return f"Report accuracy on both sides of {name}, and collect more images of the worse side."


def headline(findings: tuple[Finding, ...], learnt: bool | None, fault: str = "") -> str:
    """The audit's verdict in one sentence; `fault`: why there is no model, where there should be one."""
    if learnt is False and fault:
        return f"The model could not be trained ({fault.rstrip('.')}), so what it uses could not be tested."
    if learnt is False:
        return "The model did not learn to tell the classes apart, so what it uses could not be tested."
    for verdict in ("shortcut", "review", "unidentifiable", "suspect", "gap"):
        some = [finding for finding in findings if finding.verdict == verdict and finding.leads]
        if some:
            first = some[0].title.rstrip(".")
            more = f" ({len(some) - 1} more of this kind)" if len(some) > 1 else ""
            return f"{first}{more}."
    if not any(each.kind != "view" and each.rungs["association"].estimate is not None for each in findings):
        return "No cue could be compared between the classes in this data: see beside each why."
    tested = "No cue was found tied to a label and used" if learnt else "No cue was found tied to a label"
    return f"{tested}; the smallest effects that would have shown stand beside each."
