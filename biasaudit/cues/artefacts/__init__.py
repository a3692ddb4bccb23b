"""Artefacts: things in the picture that are not its subject, each present or absent from a threshold on."""

from biasaudit.cues.artefacts.frame import frame
from biasaudit.cues.artefacts.ruler import ruler
from biasaudit.cues.cue import Cue

ARTEFACTS: tuple[Cue, ...] = (
    ruler,
    frame,
)
