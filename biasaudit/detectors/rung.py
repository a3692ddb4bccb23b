"""What a rung's detector says of one cue: a test, before any correction and before any verdict."""

from __future__ import annotations

from dataclasses import dataclass

from biasaudit.results import Estimate, RungName

NOT_TIED = "Not asked, since it is hardly tied to the label."


@dataclass(frozen=True, kw_only=True)
class RungResult:
    """One test of one cue. Detectors yield every test that they made, and every one that they could not make."""

    cue: str
    """Key of the cue, "artefact:ruler"."""
    label: str | None
    rung: RungName
    why: str
    """One sentence: what was seen, or why it could not be tested."""
    estimate: Estimate | None = None
    """None where it could not be tested."""
    p_value: float | None = None
    placebo: Estimate | None = None
    method: str = ""
    smallest_detectable: float | None = None
    floor: float | None = None
    """Share of the scale below which the effect is too small to matter; None takes the rung's own, `FLOORS`."""
