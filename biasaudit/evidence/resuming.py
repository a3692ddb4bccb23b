"""What a run goes on from, after it was interrupted: its pieces of finished work, found by all that it depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from biasaudit.cues.cue import Cue
from biasaudit.evidence.measure.survey import Survey
from biasaudit.runtime.cache import AT_ONCE, digest_of
from biasaudit.runtime.checkpoints import NOTHING_KEPT, Checkpoints, checkpoints_in
from biasaudit.settings import Settings

NO_MATTER = ("jobs", "engine", "fresh", "review", "max_bad", "drop_small")
"""Choices that do not change what is measured, or that show in the images that are left."""
FILES = ("backbone", "weights")
"""Choices that may name a file, whose bytes count and not its name."""


def checkpoints_of_survey(out: Path, cues: Sequence[Cue], settings: Settings) -> Checkpoints:
    """What was measured in the files of this output folder with these cues; nothing where the user starts over."""
    checkpoints = checkpoints_in(
        out.absolute() / "cache" / "parts", [cue.id for cue in cues], [cue.measure for cue in cues]
    )
    if settings.fresh:
        checkpoints.discard()
    return checkpoints


def checkpoints_of_run(checkpoints: Checkpoints, surveyed: Survey, settings: Settings, source: Any) -> Checkpoints:
    """What was learnt and asked in a run with these images, labels and choices.

    source: the model to audit, if any; of one that is no file it cannot be known whether it is the same.
    """
    if not isinstance(source, str | Path | None):
        return NOTHING_KEPT
    choices = {name: value for name, value in settings.to_record().items() if name not in NO_MATTER}
    files = [str(source or ""), *(str(getattr(settings, name) or "") for name in FILES)]
    frame = surveyed.images.frame
    rows = (frame.iloc[start : start + AT_ONCE].astype(str).to_csv() for start in range(0, len(frame), AT_ONCE))
    return checkpoints.within(
        choices,
        [hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in files if Path(file).is_file()],
        digest_of(surveyed.values["hash"]),
        digest_of(rows),
    )
