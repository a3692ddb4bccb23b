"""What an audit says of one cue, and what it looked for."""

from __future__ import annotations

from typing import Literal

from biasaudit.results.base import (
    CueName,
    Estimate,
    ImageId,
    Kind,
    Label,
    Ours,
    Record,
    Region,
    RungName,
    State,
    Verdict,
)
from biasaudit.results.blocks import Block, Section
from biasaudit.results.sentences import NOTHING, Sentence


class Rung(Record):
    """One of the four questions asked of a cue, with its answer."""

    state: State
    estimate: Estimate | None = None
    p_value: float | None = None
    q_value: float | None = None
    """p after Benjamini-Hochberg over every test of this rung in this audit."""
    why: Sentence
    """One sentence: what was seen, or why it was not tested."""
    placebo: Estimate | None = None
    """Reliance by intervention only: the same figure for the placebo, on the same images."""
    method: Sentence = NOTHING
    """How it was tested: "intervention", "observation", "permutation", ..."""
    smallest_detectable: float | None = None
    """The smallest effect, in the estimate's unit, that this data would have shown with 80% power."""


class MarkShare(Record):
    """How many images of a class bear a mark: those in which it was found, and corrected for what its detector misses
    and takes for it in these very images."""

    label: Label | None
    """The class; None: all others."""
    n: int
    """Images of it in which the mark was looked for, of those that a model learns from."""
    found: float
    """Share of them in which it was found, 0 to 1."""
    corrected: float
    """Share that is likely to have it (Rogan & Gladen 1978), 0 to 1."""
    low: float
    """The plausible range of that, 0 to 1: the 95% interval of what was found, with all false fires that may be and no
    miss, to none and as many misses as drawn marks and `LIKE_DRAWN` of `stats.corrected_share` leave possible."""
    high: float


class Finding(Record):
    """What the audit says of one cue (or one leak, one subgroup)."""

    id: Ours
    """Stable across reruns: "artefact-ruler"."""
    detector: Ours
    cue: CueName
    kind: Kind
    title: Sentence
    """One plain sentence."""
    verdict: Verdict
    label: Label | None
    """The class that the cue gives away."""
    rungs: dict[RungName, Rung]
    examples: tuple[ImageId, ...] = ()
    """Image ids that show the cue with the label, strongest first; at most 20."""
    counterexamples: tuple[ImageId, ...] = ()
    """Image ids where cue and label disagree, those that misled the model most first; at most 20."""
    recommendation: Sentence
    regions: dict[ImageId, Region] = {}
    """Of a mark or a discovered pattern, by image id the place that shows it: left, upper, right, lower edge, as shares
    of the picture's sides. An image whose mark is in no one place is not among them."""
    shares: tuple[MarkShare, ...] = ()
    """Of a mark that one class has more often: how many of that class bear it, and how many of the others."""
    how_many: Sentence = NOTHING
    """The same in words, with what its detector made of drawn marks."""
    question: Sentence = NOTHING
    explanation: Sentence = NOTHING
    """What else could explain it."""
    story: tuple[Ours, ...] = ()
    """Ids of the other findings that tell the same story (ruler and the metadata column ruler)."""
    follows: Ours | None = None
    """Id of the finding on another cue that accounts for at least half of what this one tells of the class, as putting
    that into a few images shows; None where none does."""
    leads: bool = True
    """False where another finding of the same story stands before it."""
    blocks: tuple[Block, ...] = ()
    """What the report shows of it; where empty the four questions, its examples and its counterexamples."""
    section: Section | None = None
    """Where it is told, if that is a section of its own; None: by its verdict."""
    on_first_screen: bool = False
    """Whether the first screen tells it beside the model, though nothing has to be decided about it."""


class Check(Record):
    """What was looked for, whether or not anything was found."""

    detector: Ours
    status: Literal["ran", "skipped", "failed"]
    reason: Sentence = NOTHING
    tests: int = 0
    smallest_detectable: Sentence = NOTHING
    """In words, with its unit."""
