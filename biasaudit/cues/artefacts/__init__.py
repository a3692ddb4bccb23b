"""Artefacts: things in the picture that are not its subject, each present or absent from a threshold on."""

from biasaudit.cues.artefacts.colour_patch import colour_patch
from biasaudit.cues.artefacts.corner_tag import corner_tag
from biasaudit.cues.artefacts.dark_corner import dark_corner
from biasaudit.cues.artefacts.date_stamp import date_stamp
from biasaudit.cues.artefacts.frame import frame
from biasaudit.cues.artefacts.gel_border import gel_border
from biasaudit.cues.artefacts.gel_bubble import gel_bubble
from biasaudit.cues.artefacts.hair import hair
from biasaudit.cues.artefacts.ink_marking import ink_marking
from biasaudit.cues.artefacts.ruler import ruler
from biasaudit.cues.artefacts.text import text
from biasaudit.cues.artefacts.watermark import watermark
from biasaudit.cues.cue import Cue

ARTEFACTS: tuple[Cue, ...] = (
    ruler,
    ink_marking,
    colour_patch,
    hair,
    dark_corner,
    gel_border,
    gel_bubble,
    frame,
    text,
    date_stamp,
    corner_tag,
    watermark,
)
