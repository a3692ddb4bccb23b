"""Properties: numbers that every picture has, such as its brightness."""

from biasaudit.cues.cue import Cue
from biasaudit.cues.properties.background_colour import background_colour
from biasaudit.cues.properties.background_texture import background_texture
from biasaudit.cues.properties.border import border
from biasaudit.cues.properties.brightness import brightness
from biasaudit.cues.properties.clipped_exposure import clipped_exposure
from biasaudit.cues.properties.colour_cast import colour_cast
from biasaudit.cues.properties.contrast import contrast
from biasaudit.cues.properties.entropy import entropy
from biasaudit.cues.properties.noise import noise
from biasaudit.cues.properties.saturation import saturation
from biasaudit.cues.properties.sharpness import sharpness
from biasaudit.cues.properties.texture import texture
from biasaudit.cues.properties.tint import tint

PROPERTIES: tuple[Cue, ...] = (
    brightness,
    contrast,
    clipped_exposure,
    entropy,
    saturation,
    colour_cast,
    tint,
    sharpness,
    noise,
    texture,
    background_texture,
    background_colour,
    border,
)
