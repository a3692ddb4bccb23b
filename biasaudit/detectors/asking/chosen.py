"""The cues, detectors and evidence of one audit: all that are installed, and a user's own, without those left out."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit.cues import BUILTIN as CUES
from biasaudit.cues.cue import Cue
from biasaudit.cues.skin_tone import skin_tone
from biasaudit.detectors import BUILTIN as DETECTORS
from biasaudit.detectors.detector import Detector
from biasaudit.errors import UsageError
from biasaudit.evidence.graph import Evidence
from biasaudit.evidence.measure.columns import FACTS, TEXTS
from biasaudit.evidence.measure.file_columns import columns_of_files
from biasaudit.evidence.named.metadata_cues import metadata_cues
from biasaudit.evidence.providers import BUILTIN as PROVIDERS
from biasaudit.images.table import ImageTable
from biasaudit.results import column_of
from biasaudit.runtime.plugins import installed
from biasaudit.settings import Settings

TAKEN = frozenset({"rungs", "weights", "selftest", "backbone", *FACTS, *TEXTS})
"""Names that stand for something else in a record, a table or the graph."""


def parts_of(
    settings: Settings, extra: Sequence[Cue | Detector | Evidence] = ()
) -> tuple[tuple[Cue, ...], tuple[Detector, ...], tuple[Evidence, ...]]:
    """The cues, detectors and evidence of an audit: all installed and `extra`, without those left out.

    Raises UsageError where two have one id, or where an extra one is none, or a cue that workers cannot import.
    """
    cues, detectors, providers = _all_parts(extra, (*CUES, skin_tone) if settings.skin_tone else CUES)
    left_out = set(settings.without)
    return (
        tuple(c for c in cues if c.id not in left_out),
        tuple(d for d in detectors if d.id not in left_out),
        providers,
    )


def _all_parts(
    extra: Sequence[Cue | Detector | Evidence], builtin: Sequence[Cue] = CUES
) -> tuple[tuple[Cue, ...], tuple[Detector, ...], tuple[Evidence, ...]]:
    for part in extra:
        if not isinstance(part, Cue | Detector | Evidence):
            raise UsageError(
                f"extra: {part!r} is neither a cue, a detector nor evidence; @cue, @detector and @evidence make them."
            )
        if isinstance(part, Cue) and part.measure.__module__ == "__main__":
            raise UsageError(
                f"extra: save the cue {part.id!r} in a file of its own and import it: the processes that read images "
                "cannot see what is written in a notebook or a script."
            )
    cues = installed("biasaudit.cues", (*builtin, *(part for part in extra if isinstance(part, Cue))))
    detectors = installed("biasaudit.detectors", (*DETECTORS, *(part for part in extra if isinstance(part, Detector))))
    providers = installed("biasaudit.evidence", (*PROVIDERS, *(part for part in extra if isinstance(part, Evidence))))
    taken = [part.id for part in (*cues, *detectors, *providers) if part.id in TAKEN]
    if taken:
        raise UsageError(f"{taken[0]!r} is a name that an audit itself uses. Give the part of yours another one.")
    return cues, detectors, providers


def check_names(settings: Settings, images: ImageTable, extra: Sequence[Cue | Detector | Evidence] = ()) -> None:
    """Raise UsageError where --without names nothing that there is."""
    cues, detectors, _ = _all_parts(extra)
    known = {cue.id for cue in cues} | {detector.id for detector in detectors}
    known |= columns_of_files(settings.dicom_people)
    unknown = sorted(set(settings.without) - known - set(images.metadata_columns))
    unknown = [name for name in unknown if not _is_part(name, images, settings)]
    if unknown:
        raise UsageError(
            f"--without: there is no cue, detector or column {unknown[0]!r}. "
            "`biasaudit cues` and `biasaudit detectors` list them."
        )


def _is_part(name: str, images: ImageTable, settings: Settings) -> bool:
    """Whether it is a part of a column that is compared by itself: "accession (number)"."""
    column = column_of(name)
    if column not in images.metadata_columns:
        return False
    text = images.frame[f"meta_{column}"].to_numpy(dtype=object)
    return name in {cue.id for cue in metadata_cues(column, text, images.labels, settings.missing)}
