"""What an audit has to say to the questions of checklists; what no audit of images can say stays with a person."""

from __future__ import annotations

from typing import Literal, NamedTuple

from biasaudit.report.words import PROBLEMS, count, interval
from biasaudit.results import Audit

State = Literal["filled", "a person", "not applicable"]
STATES: dict[State, str] = {
    "filled": "filled from the audit",
    "a person": "a person must fill",
    "not applicable": "not applicable",
}


class Answer(NamedTuple):
    """What the audit has to say to one item."""

    state: State
    text: str
    where: str = ""
    """The section that holds it, as an address in the page."""


def person(text: str) -> Answer:
    """An item that no audit of images can answer."""
    return Answer("a person", text)


def composition(audit: Audit) -> Answer:
    """How many images of what."""
    data = audit.dataset
    text = f"{count(data.n, 'image')} in {count(len(data.classes), 'class', 'classes')}, with their sizes and formats."
    return Answer("filled", text, "#data")


def partitions(audit: Audit) -> Answer:
    """How images were kept apart."""
    if audit.dataset.groups is None:
        return person("The audit was told no group column, so it cannot say whether patients or scenes cross a split.")
    kept = f"{count(audit.dataset.groups, 'group')} (patients, scenes), each kept on one side of every split."
    return Answer("filled", kept, "#data")


def missing(audit: Audit) -> Answer:
    """What the audit did with what was missing, which is not the whole question."""
    n = count(len(audit.dataset.excluded), "file")
    return person(
        f"In this audit {n} could not be used, and a missing value of a column counts as a value of its own. How "
        "missing data came about, and how they were handled before, a person must say."
    )


def errors(audit: Audit) -> Answer:
    """Noise, copies and leaks."""
    leaks = sum(finding.kind == "leakage" and finding.verdict in PROBLEMS for finding in audit.findings)
    text = (
        f"{count(len(audit.dataset.excluded), 'file')} left out, {count(leaks, 'finding')} of copies across splits, "
        "labels or patients; copies within one class are kept together and counted among the notes."
    )
    return Answer("filled", text + " Whether the labels are right, the audit does not know.", "#data")


def network(audit: Audit) -> Answer:
    """What was audited, and how it was trained."""
    if audit.model is None:
        return no_model(audit)
    if not audit.model.folds:
        return person("The audit was given this model, and was not told how it was made or trained.")
    return Answer("filled", "The network that the audit trained, how, and on what it was judged.", "#model")


def no_model(audit: Audit) -> Answer:
    """Questions about a model that there is none of."""
    if audit.settings.get("scan"):
        return Answer("not applicable", "A scan of the data: no model was trained or given.")
    return person("No model could be trained, so the audit has no answer.")


def performance(audit: Audit) -> Answer:
    """How well the model does, with its interval."""
    if audit.model is None:
        return no_model(audit)
    seen = "on images that it had not seen" if audit.model.folds else "of the model that the audit was given"
    return Answer("filled", f"AUC {interval(audit.model.auc)}, {seen}.", "#model")


def groups(audit: Audit) -> Answer:
    """Who is in the data."""
    if not any(each.about_people for each in audit.subgroups):
        return person("No column about people was given, so the audit says nothing of groups of people.")
    return Answer("filled", "Images and classes of every group of people that a column names.", "#subgroups")


def fairness(audit: Audit) -> Answer:
    """For whom the model is right."""
    if audit.model is None:
        return no_model(audit)
    if not any(each.about_people for each in audit.subgroups):
        return groups(audit)
    if not audit.model.learnt:
        return person("The model did not learn, so what it does for whom was not compared.")
    return Answer("filled", "Figures of every group with intervals, and the differences between them.", "#subgroups")


def biases(audit: Audit) -> Answer:
    """What was looked for and found."""
    found = sum(finding.verdict in PROBLEMS for finding in audit.findings)
    tests = sum(check.tests for check in audit.checks)
    return Answer(
        "filled", f"{count(found, 'finding')} after {count(tests, 'test')}; harm to people is not judged.", "#findings"
    )


def measures(audit: Audit) -> Answer:
    """What could be done about what was found; whether it was, a person has to say."""
    if not any(finding.verdict in PROBLEMS for finding in audit.findings):
        return Answer("not applicable", "No finding asks for a measure.")
    return person("Each finding says what to do next; a person has to say what was done, and audit again.")


def gaps(audit: Audit) -> Answer:
    """What the data could not show."""
    open_ones = sum(finding.verdict in ("untested", "unidentifiable") for finding in audit.findings)
    missing = f"{count(open_ones, 'question')} that these images cannot answer, with the data that would."
    return Answer(
        "filled", missing + " Whether the images are those of the intended use, a person must say.", "#coverage"
    )


def limits(audit: Audit) -> Answer:
    """What was not or could not be measured."""
    unrun = sum(check.status != "ran" for check in audit.checks)
    return Answer(
        "filled", f"Every check with the smallest effect it could have seen; {unrun} did not run.", "#coverage"
    )


def robustness(audit: Audit) -> Answer:
    """What the model's answers do when a cue is put in."""
    if audit.model is None:
        return no_model(audit)
    uses = [finding.rungs.get("reliance") for finding in audit.findings]
    asked = sum(use is not None and use.state != "untested" for use in uses)
    if not asked:
        return person("No cue could be put in or compared.")
    text = (
        f"Whether the model's answers follow it, asked of {count(asked, 'cue')}, with a placebo where it can be drawn."
    )
    return Answer("filled", text, "#findings")


def heatmaps(audit: Audit) -> Answer:
    """Explanations, and whether they may be trusted."""
    if audit.attribution is None:
        return no_model(audit) if audit.model is None else person("No heatmaps could be drawn or checked.")
    shown = "passed two checks and are shown" if audit.attribution.method else "failed their checks, so none are shown"
    return Answer("filled", f"Heatmaps {shown}.", "#attribution" if audit.attribution.method else "#model")


def failures(audit: Audit) -> Answer:
    """Where the model is wrong."""
    if audit.model is None:
        return no_model(audit)
    if not audit.model.learnt:
        return person("The model did not learn, so its failures were not looked into.")
    return Answer("filled", "Counterexamples of each finding, and whether the model does worse on them.", "#findings")


def tools(audit: Audit) -> Answer:
    """Software, settings, and how to run it again."""
    return Answer("filled", "Command, settings, versions and the data's fingerprint.", "#provenance")


def decided(audit: Audit) -> Answer:
    """Who judged the findings."""
    return person("Decide, sign and keep the review file.")._replace(where="#sign-off")
