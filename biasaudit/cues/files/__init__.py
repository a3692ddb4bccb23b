"""File traits: how the picture was stored, which betrays its source."""

from biasaudit.cues.cue import Cue
from biasaudit.cues.files.aspect_ratio import aspect_ratio
from biasaudit.cues.files.bytes_per_pixel import bytes_per_pixel
from biasaudit.cues.files.image_size import image_size
from biasaudit.cues.files.jpeg_quality import jpeg_quality

FILE_TRAITS: tuple[Cue, ...] = (
    image_size,
    aspect_ratio,
    bytes_per_pixel,
    jpeg_quality,
)
