"""What checklists that reviewers use ask for, and which of it this audit answers: a help for filling them in.

Model cards (Mitchell et al., 2019), datasheets for datasets (Gebru et al., 2021), CLAIM (Mongan et al., 2020),
TRIPOD+AI (Collins et al., 2024), Regulation (EU) 2024/1689, Article 10(2)(f) to (h), and the NIST AI RMF 1.0 (2023).
What each asks is told in our own words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from biasaudit.report.crosswalk_answers import (
    STATES,
    Answer,
    biases,
    composition,
    decided,
    errors,
    failures,
    fairness,
    gaps,
    groups,
    heatmaps,
    limits,
    measures,
    missing,
    network,
    partitions,
    performance,
    person,
    robustness,
    tools,
)
from biasaudit.results import Audit


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
            ("13 Missing data", missing),
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
            ("11 Missing data", missing),
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
