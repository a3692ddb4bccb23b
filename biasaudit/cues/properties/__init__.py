"""Properties: numbers that every picture has, such as its brightness."""

from biasaudit.cues.cue import Cue
from biasaudit.cues.properties.brightness import brightness
from biasaudit.cues.properties.colour_cast import colour_cast
from biasaudit.cues.properties.contrast import contrast
from biasaudit.cues.properties.noise import noise
from biasaudit.cues.properties.saturation import saturation
from biasaudit.cues.properties.sharpness import sharpness

PROPERTIES: tuple[Cue, ...] = (
    brightness,
    contrast,
    saturation,
    colour_cast,
    sharpness,
    noise,
)
