"""What checklists that reviewers use ask for, and which of it this audit answers: a help for filling them in.

Model cards (Mitchell et al., 2019), datasheets for datasets (Gebru et al., 2021), CLAIM (Mongan et al., 2020),
TRIPOD+AI (Collins et al., 2024), Regulation (EU) 2024/1689, Article 10(2)(f) to (h), and the NIST AI RMF 1.0 (2023).
What each asks is told in our own words.
"""

from __future__ import annotations

from collections.abc import Callable
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


class Row(NamedTuple):
    """One item of a checklist with its answer."""

    item: str
    answer: Answer


class Checklist(NamedTuple):
    """One document that asks, with its rows."""

    name: str
    source: str
    rows: tuple[Row, ...]

    def tally(self) -> str:
        """How many rows stand in each state: "4 filled from the audit, 2 a person must fill"."""
        states = [row.answer.state for row in self.rows]
        return ", ".join(f"{states.count(state)} {word}" for state, word in STATES.items() if state in states)


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


def left_out(audit: Audit) -> Answer:
    """Files that were not audited; why something was never collected, no audit knows."""
    n = len(audit.dataset.excluded)
    return Answer("filled", f"{count(n, 'file')} left out of the audit, each with its reason and class.", "#data")


def errors(audit: Audit) -> Answer:
    """Noise, copies and leaks."""
    leaks = sum(finding.kind == "leakage" and finding.verdict in PROBLEMS for finding in audit.findings)
    text = f"{count(len(audit.dataset.excluded), 'file')} left out, {count(leaks, 'finding')} of copies or leaks."
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


Asked = Callable[[Audit], Answer] | str
"""What answers an item, or what a person has to write."""

CHECKLISTS: tuple[tuple[str, str, tuple[tuple[str, Asked], ...]], ...] = (
    (
        "Model card",
        "Mitchell et al., 2019",
        (
            ("Model details", network),
            ("Intended use", "What the model is for, who uses it, and what it is not for."),
            ("Factors: groups, instruments, surroundings", groups),
            ("Metrics, and their variation", performance),
            ("Evaluation data", composition),
            ("Training data", composition),
            ("Quantitative analyses, by group and by two at once", fairness),
            ("Ethical considerations", "Risks and harms to people, and who was asked."),
            ("Caveats and recommendations", limits),
        ),
    ),
    (
        "Datasheet",
        "Gebru et al., 2021",
        (
            ("Motivation", "Who made the data set, for what, and who paid."),
            ("Composition: instances and labels", composition),
            ("Composition: subpopulations", groups),
            ("Composition: splits", partitions),
            ("Composition: errors, noise, redundancies", errors),
            ("Composition: confidential or offensive content", "Whether a picture or a name tells who somebody is."),
            ("Collection process", "How, when and where, by whom, and with whose consent."),
            (
                "Preprocessing, cleaning, labelling",
                "What was done before the images came here, and who gave the labels.",
            ),
            ("Uses", biases),
            ("Distribution and maintenance", "Licence, host, contact, corrections."),
        ),
    ),
    (
        "CLAIM",
        "medical imaging; Mongan et al., 2020",
        (
            ("7–8 Data sources and eligibility", "Where the images come from, and which were eligible."),
            (
                "9–10 Preprocessing and subsets",
                "What was done to the images before they came here, and how they were chosen.",
            ),
            ("12 De-identification", "How it was done and checked."),
            ("13 Missing data", left_out),
            ("14–18 Ground truth", "Reference standard, annotators and their agreement."),
            ("20–21 Partitions, and the level at which they are apart", partitions),
            ("22–27 Model and training", network),
            ("28–29 Metrics, uncertainty", performance),
            ("30 Robustness", robustness),
            ("31 Explainability", heatmaps),
            ("32 External data", "Whether the model was tested on images from elsewhere."),
            ("34 Who is in each partition", groups),
            ("35–36 Performance with its precision", performance),
            ("37 Failures", failures),
            ("38 Limitations", limits),
            ("40–42 Registration, protocol, funding", "As they are."),
        ),
    ),
    (
        "TRIPOD+AI",
        "clinical prediction models; Collins et al., 2024",
        (
            ("3c Known health inequalities", "What is known of them for these people and this question."),
            ("5–6 Data and participants", "Sources, dates, setting and eligibility."),
            ("7 Data preparation", "What was done to the images before they came here."),
            ("8 Outcome", "What the label means, who gave it, and what they knew."),
            ("11 Missing data", left_out),
            ("12 Analytical methods", network),
            ("14 Fairness", fairness),
            ("16 Training versus evaluation", partitions),
            ("18 Open science", tools),
            ("20 Participants", groups),
            ("23 Performance, and by group", fairness),
            ("25 Interpretation, with fairness", decided),
            ("26 Limitations", limits),
        ),
    ),
    (
        "EU AI Act, Article 10(2)",
        "data governance of high-risk systems; Regulation (EU) 2024/1689",
        (
            ("Whether it applies", "Whether this is a high-risk system is for a person with legal advice to say."),
            ("(f) Examination for biases that could harm or discriminate", biases),
            ("(g) Measures to detect, prevent and mitigate them", measures),
            ("(h) Data gaps and shortcomings, and how to address them", gaps),
        ),
    ),
    (
        "NIST AI RMF",
        "version 1.0, 2023",
        (
            ("MAP 1.1 Purpose, settings, expectations", "What the system is for, where, and for whom."),
            ("MEASURE 1.1 What cannot be measured is documented", limits),
            ("MEASURE 2.1 Test sets, metrics and tools", tools),
            ("MEASURE 2.3 Performance", performance),
            ("MEASURE 2.5 Validity and reliability", robustness),
            ("MEASURE 2.9 Explained, and read in context", heatmaps),
            ("MEASURE 2.11 Fairness and bias", fairness),
            ("MANAGE 1.3 Responses to risks", decided),
            ("MANAGE 4.1 Monitoring after deployment", "Plan it: an audit of these images says nothing of later ones."),
        ),
    ),
)


def crosswalk(audit: Audit) -> tuple[Checklist, ...]:
    """Every checklist with what this audit answers of it, and what it leaves to a person."""
    return tuple(
        Checklist(
            name,
            source,
            tuple(Row(item, person(asked) if isinstance(asked, str) else asked(audit)) for item, asked in items),
        )
        for name, source, items in CHECKLISTS
    )
