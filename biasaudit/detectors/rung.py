"""What a rung's detector says of one cue: a test, before any correction and before any verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from biasaudit.results import NOTHING, Estimate, Name, RungName, Sentence, say

NOT_TIED = say("Not asked, since it is hardly tied to the label.")


@dataclass(frozen=True, kw_only=True)
class RungResult:
    """One test of one cue. Detectors yield every test that they made, and every one that they could not make."""

    cue: str
    """Key of the cue, "artefact:ruler"."""
    label: str | None
    rung: RungName
    why: Sentence
    """One sentence: what was seen, or why it could not be tested."""
    estimate: Estimate | None = None
    """None where it could not be tested."""
    p_value: float | None = None
    placebo: Estimate | None = None
    method: Sentence = NOTHING
    smallest_detectable: float | None = None
    floor: float | None = None
    """Share of the scale below which the effect is too small to matter; None takes the rung's own, `FLOORS`."""


def with_values(values: Sequence[str]) -> Sentence:
    """How a sentence calls images with any of some values of a column: "with “female” and the like"."""
    alike = say(" and the like") if len(values) > 1 else NOTHING
    return say("with “{value}”{alike}", value=Name("value", values[0]), alike=alike)
