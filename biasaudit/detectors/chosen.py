"""The cues and detectors of one audit: all that are installed, and a user's own, without those left out."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit import detectors as detector_package
from biasaudit.cues import BUILTIN as CUES
from biasaudit.cues.cue import Cue
from biasaudit.cues.skin_tone import skin_tone
from biasaudit.errors import UsageError
from biasaudit.images.table import ImageTable
from biasaudit.registry import Detector, installed
from biasaudit.settings import Settings


def parts_of(
    settings: Settings, scan: bool, extra: Sequence[Cue | Detector] = ()
) -> tuple[tuple[Cue, ...], tuple[Detector, ...]]:
    """The cues and detectors of an audit: all installed and `extra`, without those left out or beyond a scan.

    Raises UsageError where two have one id, or where an extra one is none, or a cue that workers cannot import.
    """
    cues, detectors = _all_parts(extra, (*CUES, skin_tone) if settings.skin_tone else CUES)
    left_out = set(settings.without) | (set(detector_package.NEED_A_MODEL) if scan else set())
    return tuple(c for c in cues if c.id not in left_out), tuple(d for d in detectors if d.id not in left_out)


def _all_parts(
    extra: Sequence[Cue | Detector], builtin: Sequence[Cue] = CUES
) -> tuple[tuple[Cue, ...], tuple[Detector, ...]]:
    for part in extra:
        if not isinstance(part, Cue | Detector):
            raise UsageError(f"extra: {part!r} is neither a cue nor a detector; @cue and @detector make them.")
        if isinstance(part, Cue) and part.measure.__module__ == "__main__":
            raise UsageError(
                f"extra: save the cue {part.id!r} in a file of its own and import it: the processes that read images "
                "cannot see what is written in a notebook or a script."
            )
    return (
        installed("biasaudit.cues", (*builtin, *(part for part in extra if isinstance(part, Cue)))),
        installed("biasaudit.detectors", (*detector_package.BUILTIN, *(p for p in extra if isinstance(p, Detector)))),
    )


def check_names(settings: Settings, images: ImageTable, extra: Sequence[Cue | Detector] = ()) -> None:
    """Raise UsageError where --without names nothing that there is."""
    cues, detectors = _all_parts(extra)
    known = {cue.id for cue in cues} | {detector.id for detector in detectors}
    unknown = sorted(set(settings.without) - known - set(images.metadata_columns))
    if unknown:
        raise UsageError(
            f"--without: there is no cue, detector or column {unknown[0]!r}. "
            "`biasaudit cues` and `biasaudit detectors` list them."
        )
