"""What a finding shows, and where it is told. Records say so themselves; those of earlier versions are read here."""

from __future__ import annotations

from biasaudit.results import NOTHING, Block, Finding, Gallery, Questions, Section, Sentence, say

OF_A_CUE = ("property", "artefact", "file", "metadata", "discovered")
"""Kinds of findings about something that is in the images one by one, and so can give a label away."""
SHOWN_ALONE = 4
"""Pictures of a finding that nobody has to decide about, where it says nothing of blocks."""

Heading = tuple[Sentence, Sentence]
"""Title and caption of a gallery."""
EXAMPLES: Heading = (say("Examples"), say("The cue and the label stand together."))
COUNTEREXAMPLES: Heading = (say("Counterexamples"), say("The cue and the label disagree."))


def blocks_of(finding: Finding) -> tuple[Block, ...]:
    """What the report shows of a finding, in this order."""
    return finding.blocks or _earlier_blocks(finding) or (Questions(), *_galleries(finding, EXAMPLES, COUNTEREXAMPLES))


def blocks_alone(finding: Finding) -> tuple[Block, ...]:
    """The same of one that is no problem and yet has an article: its own blocks, else its first examples."""
    return finding.blocks or (Gallery(title=NOTHING, images=finding.examples[:SHOWN_ALONE]),)


def section_of(finding: Finding) -> Section | None:
    """The section of its own that a finding is told in; None: by its verdict, as all that could not be tested is."""
    if finding.verdict == "untested":
        return None
    return finding.section or _earlier_section(finding)


def on_first_screen(finding: Finding) -> bool:
    """Whether the first screen tells it beside the model, though nothing has to be decided about it."""
    return finding.on_first_screen or (finding.kind == "view" and finding.cue == "background" and _tied(finding))


def of_a_cue(finding: Finding) -> bool:
    """Whether it is about something that is in the images one by one: no group, no leak, no part of all pictures."""
    return finding.kind in OF_A_CUE


def gives_away(finding: Finding) -> bool:
    """Whether it says that its class can be told by its cue; else it only concerns that class."""
    return of_a_cue(finding) and finding.verdict in ("shortcut", "review", "suspect", "unidentifiable")


def is_pattern(finding: Finding) -> bool:
    """Whether it is a place in pictures that the model found, and that only a person can name."""
    return bool(finding.regions)


def is_constant(finding: Finding) -> bool:
    """Whether its cue is the same in every image, so that there is no tie and no figure."""
    tie = finding.rungs.get("association")
    return tie is not None and tie.state == "no" and tie.estimate is None


def _galleries(finding: Finding, examples: Heading, counterexamples: Heading) -> tuple[Gallery, ...]:
    if not (finding.examples or finding.counterexamples):
        return ()
    return (
        Gallery(title=examples[0], caption=examples[1], images=finding.examples),
        Gallery(title=counterexamples[0], caption=counterexamples[1], images=finding.counterexamples),
    )


def _tied(finding: Finding) -> bool:
    tie = finding.rungs.get("association")
    return tie is not None and tie.state == "yes"


# From here on: audit.json as it was before findings told their blocks and sections. Nothing of this is for new ones.

THE_GROUP: Heading = (say("The group"), say("The most typical first."))
THE_OTHERS: Heading = (say("Others of the class"), say("Called rightly, the surest first."))
LOOKED_AT = Section(
    id="looked-at",
    title=say("What the model looks at"),
    intro=say(
        "Patterns that recur in the images of one class and that no cue names. Nothing says that they are not the "
        "subject: a person should look."
    ),
)
WITHOUT_SUBJECT = Section(
    id="views",
    title=say("What can be told without the subject"),
    intro=say(
        "What is told by a part of each picture, or by what was measured of it. A high figure is no fault by itself, "
        "since a place may go with an action: it says how little of a picture a model needs."
    ),
    form="rows",
)


def _earlier_blocks(finding: Finding) -> tuple[Block, ...]:
    if finding.kind == "leakage":  # a copy in two places is no cue: the four questions do not apply
        caption = say("Two that belong together stand next to each other.")
        return (Gallery(title=say("Images concerned"), caption=caption, images=finding.examples, paired=True),)
    if finding.detector == "slices":
        return (Questions(), *_galleries(finding, THE_GROUP, THE_OTHERS))
    return ()


def _earlier_section(finding: Finding) -> Section | None:
    tie = finding.rungs.get("association")
    if finding.kind == "view" and tie and tie.estimate:
        return WITHOUT_SUBJECT
    return LOOKED_AT if finding.kind == "discovered" and finding.verdict == "clear" and _tied(finding) else None
