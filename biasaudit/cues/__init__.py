"""Cues: what could give a label away without being what the label names. One file each.

`BUILTIN` lists them in the order in which reports and the command line show them.
"""

from biasaudit.cues.aspect_ratio import aspect_ratio
from biasaudit.cues.border import border
from biasaudit.cues.brightness import brightness
from biasaudit.cues.bytes_per_pixel import bytes_per_pixel
from biasaudit.cues.colour_cast import colour_cast
from biasaudit.cues.contrast import contrast
from biasaudit.cues.cue import Cue
from biasaudit.cues.image_size import image_size
from biasaudit.cues.jpeg_quality import jpeg_quality
from biasaudit.cues.noise import noise
from biasaudit.cues.ruler import ruler
from biasaudit.cues.saturation import saturation
from biasaudit.cues.sharpness import sharpness

BUILTIN: tuple[Cue, ...] = (
    ruler,
    border,
    brightness,
    contrast,
    saturation,
    colour_cast,
    sharpness,
    noise,
    image_size,
    aspect_ratio,
    bytes_per_pixel,
    jpeg_quality,
)
