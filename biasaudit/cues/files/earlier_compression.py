"""Earlier compression: how coarsely the pixels were once saved, whatever the file says now."""

from __future__ import annotations

import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.compressing import saved_as_jpeg
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import smooth_field
from biasaudit.images.jpeg_history import earlier_quality
from biasaudit.images.photo import Photo

NONE = 100.0
"""The value where nothing tells of an earlier and coarser saving."""
COARSER = 5
"""By how much the quality in the pixels must lie below the file's own to be of an earlier saving."""


@cue(
    kind="file",
    question="Was one class once saved at a lower JPEG quality than its files tell?",
    unit="JPEG quality, 1 to 100",
    in_pixels=True,
)
def earlier_compression(photo: Photo) -> float:
    """Why it matters: pictures that came by a messenger, a web site or an old archive were saved coarsely once, and
    saved anew with all others when the set was made. The files look alike then, and the pixels do not: fine hairs,
    grain and texture are gone from one class, and a network tells it by that.

    How it is measured: coefficients of the cosine transform that were rounded to multiples of a step keep to them
    through later, finer savings. In the 1,024 blocks in the middle the coarsest quality is looked for to whose steps
    they keep, also where the blocks' grid was shifted by a crop. 100: none, or none coarser than what the file says.

    What it cannot show: savings before the picture was resized, which leave nothing at known steps (`image_size` and
    `sharpness` may show such a source), and so none in files larger than 512 pixels, which are looked at reduced;
    qualities above 92, or above about 70 where the picture was cropped and saved after. Earlier savings by tables other
    than the standard's may pass for one by those; files whose own tables are others are not asked.

    References: Fan & de Queiroz 2003, Identification of bitmap compression history: JPEG detection and quantizer
    estimation, IEEE Transactions on Image Processing 12; Farid 2009, Exposing digital forgeries from JPEG ghosts,
    IEEE Transactions on Information Forensics and Security 4.
    """
    tables = photo.file.quantisation_table
    if photo.is_reduced or (tables and not tables.startswith("standard")):
        return NONE
    found = earlier_quality(photo.rgb)
    own = NONE if photo.file.jpeg_quality is None else photo.file.jpeg_quality
    return NONE if found is None or found > own - COARSER else found


@earlier_compression.inserts(directions=(-1,), placebo=smooth_field)
def _compress(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The picture saved once at `amount` steps of quality below 100."""
    changed = saved_as_jpeg(rgb, NONE - abs(amount))
    return changed, touched(rgb, changed)
