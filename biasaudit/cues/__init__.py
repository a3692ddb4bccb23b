"""Cues: what could give a label away without being what the label names. One file each, in a folder of its kind.

`BUILTIN` lists them in the order in which reports and the command line show them.
"""

from biasaudit.cues.artefacts import ARTEFACTS
from biasaudit.cues.cue import Cue
from biasaudit.cues.files import FILE_TRAITS
from biasaudit.cues.properties import PROPERTIES

BUILTIN: tuple[Cue, ...] = (*ARTEFACTS, *PROPERTIES, *FILE_TRAITS)
