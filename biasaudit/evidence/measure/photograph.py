"""One photograph measured by every cue; a cue that fails costs its own value only."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit.cues.cue import Cue
from biasaudit.images.photo import Photo

Value = float | str | None


def measure(photo: Photo, cues: Sequence[Cue]) -> tuple[dict[str, Value], list[str]]:
    """Cue id -> its value, and a note for each cue that failed; all plain JSON.

    A value is a float, or a str of a cue of words. It is NaN, or None of a cue of words, where the cue failed and where
    the picture is too small for it.
    """
    values: dict[str, Value] = {}
    notes = []
    for cue in cues:
        values[cue.id] = None if cue.words else float("nan")
        if not cue.can_see(photo):
            continue
        try:
            value = cue.measure(photo)
            values[cue.id] = str(value) if cue.words else float(value)
        except Exception as error:  # one cue's fault must not cost the audit
            notes.append(f"the cue {cue.id} failed: {type(error).__name__}")
    return values, notes
