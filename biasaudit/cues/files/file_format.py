"""File format: JPEG, PNG or another."""

from __future__ import annotations

from biasaudit.cues.cue import cue
from biasaudit.images.photo import NO_WORD, Photo


@cue(kind="file", question="Does one class come in another file format?", unit="file format", words=True)
def file_format(photo: Photo) -> str:
    """Why it matters: a class that was collected apart often came in a format of its own. What the format did to
    the pixels (blocks, ringing, 256 colours) stays visible. Collections of generated images are mostly PNG and
    photographs mostly JPEG, and detectors of generated images learnt to tell the two.

    How it is measured: by the first bytes of the content, whatever the name says: JPEG, PNG, HEIC, DICOM and others.

    What it cannot show: the formats that an image went through before. A JPEG that was saved again as PNG counts
    as PNG. Nor that a model uses it: there is no insert, as a format as such is not visible.

    References: Grommelt et al. 2024, Fake or JPEG? Revealing common biases in generated image detection datasets,
    arXiv 2403.17608; Torralba & Efros 2011, Unbiased look at dataset bias, CVPR.
    """
    return photo.file.format or NO_WORD
