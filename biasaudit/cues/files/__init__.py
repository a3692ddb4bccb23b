"""File traits: how the picture was stored, which betrays its source."""

from biasaudit.cues.cue import Cue
from biasaudit.cues.files.aspect_ratio import aspect_ratio
from biasaudit.cues.files.bytes_per_pixel import bytes_per_pixel
from biasaudit.cues.files.camera_make import camera_make
from biasaudit.cues.files.camera_model import camera_model
from biasaudit.cues.files.chroma_subsampling import chroma_subsampling
from biasaudit.cues.files.colour_mode import colour_mode
from biasaudit.cues.files.earlier_compression import earlier_compression
from biasaudit.cues.files.file_format import file_format
from biasaudit.cues.files.file_name import file_name
from biasaudit.cues.files.image_size import image_size
from biasaudit.cues.files.jpeg_quality import jpeg_quality
from biasaudit.cues.files.orientation import orientation
from biasaudit.cues.files.quantisation_table import quantisation_table
from biasaudit.cues.files.resampling import resampling
from biasaudit.cues.files.software import software

FILE_TRAITS: tuple[Cue, ...] = (
    image_size,
    aspect_ratio,
    bytes_per_pixel,
    jpeg_quality,
    earlier_compression,
    resampling,
    file_format,
    colour_mode,
    chroma_subsampling,
    quantisation_table,
    camera_make,
    camera_model,
    software,
    orientation,
    file_name,
)
