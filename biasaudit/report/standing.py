"""What a finding shows, and where it is told."""

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
    return finding.blocks or (Questions(), *_galleries(finding, EXAMPLES, COUNTEREXAMPLES))


def blocks_alone(finding: Finding) -> tuple[Block, ...]:
    """The same of one that is no problem and yet has an article: its own blocks, else its first examples."""
    return finding.blocks or (Gallery(title=NOTHING, images=finding.examples[:SHOWN_ALONE]),)


def section_of(finding: Finding) -> Section | None:
    """The section of its own that a finding is told in; None: by its verdict, as all that could not be tested is."""
    return None if finding.verdict == "untested" else finding.section


def of_a_cue(finding: Finding) -> bool:
    """Whether it is about something that is in the images one by one: no group, no leak, no part of all pictures."""
    return finding.kind in OF_A_CUE


def gives_away(finding: Finding) -> bool:
    """Whether it says that its class can be told by its cue; else it only concerns that class."""
    return of_a_cue(finding) and finding.verdict in ("shortcut", "review", "suspect", "unidentifiable")


def is_pattern(finding: Finding) -> bool:
    """Whether it is a place in pictures that the model found, and that only a person can name."""
    return finding.kind == "discovered" and bool(finding.regions)


def is_constant(finding: Finding) -> bool:
    """Whether its cue is the same in every image, so that there is no tie and no figure."""
    tie = finding.rungs.get("association")
    return tie is not None and tie.state == "no" and tie.estimate is None


def needs_larger_pictures(finding: Finding) -> bool:
    """Whether its cue was not looked for as the pictures are too small: the reason says how large they should be."""
    tie = finding.rungs.get("association")
    return finding.verdict == "untested" and tie is not None and "needed_pixels" in tie.why.arguments


def _galleries(finding: Finding, examples: Heading, counterexamples: Heading) -> tuple[Gallery, ...]:
    if not (finding.examples or finding.counterexamples):
        return ()
    return (
        Gallery(title=examples[0], caption=examples[1], images=finding.examples),
        Gallery(title=counterexamples[0], caption=counterexamples[1], images=finding.counterexamples),
    )
