"""What the self-test says."""

from __future__ import annotations

from biasaudit.results.base import CueName, Ours, Record


class PlantedCue(Record):
    """How often a scan named a cue that was planted at one strength."""

    cue: CueName
    in_class: float
    """Share of the images of one class that got it."""
    in_others: float
    sets: int
    found: int
    """Sets in which it was flagged."""
    first: int
    """Sets in which it stood before every other cue."""


class SelfTest(Record):
    """What a scan makes of cues planted in the user's own images, with labels dealt anew."""

    images: int
    classes: int
    clean_sets: int
    false_alarms: int
    """Clean sets in which anything at all was flagged."""
    false_alarm_low: float
    false_alarm_high: float
    """95% Clopper-Pearson interval of their share."""
    blamed: dict[CueName, int] = {}
    """Cue -> clean sets in which it was flagged."""
    planted: tuple[PlantedCue, ...]
    not_planted: dict[CueName, Ours] = {}
    """Cue -> why it could not be planted."""
