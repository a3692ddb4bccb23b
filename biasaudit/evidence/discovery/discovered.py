"""What was discovered, whichever way: it joins the cues of the audit."""

from __future__ import annotations

from biasaudit.evidence.discovery.fixed_places import FixedPlace
from biasaudit.evidence.discovery.patterns import Pattern
from biasaudit.evidence.named.cue_values import CueValues


def discovered(
    patterns: tuple[Pattern, ...] = (), fixed_places: tuple[FixedPlace, ...] = ()
) -> tuple[Pattern | FixedPlace, ...]:
    """Patterns, then fixed places; none where there was nothing to find them with."""
    return (*patterns, *fixed_places)


def cue_values(
    known_cues: tuple[CueValues, ...], discovered: tuple[Pattern | FixedPlace, ...]
) -> tuple[CueValues, ...]:
    """All cues of this audit over all images: those that are known by name, then what was discovered."""
    return (*known_cues, *(each.cue for each in discovered))
