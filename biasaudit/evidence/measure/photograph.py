"""One photograph measured by every cue; a cue that fails costs its own value only."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit.cues.cue import Cue
from biasaudit.images.photo import Photo

Value = float | str | None


def measure(photo: Photo, cues: Sequence[Cue]) -> tuple[dict[str, Value], list[str]]:
    """Cue id -> its value, and a note for each cue that failed; all plain JSON.

    A value is a float, or a str of a cue of words. Of a cue that failed it is NaN, or None of a cue of words.
    """
    values: dict[str, Value] = {}
    notes = []
    for cue in cues:
        try:
            value = cue.measure(photo)
            values[cue.id] = str(value) if cue.words else float(value)
        except Exception as error:  # one cue's fault must not cost the audit
            values[cue.id] = None if cue.words else float("nan")
            notes.append(f"the cue {cue.id} failed: {type(error).__name__}")
    return values, notes
