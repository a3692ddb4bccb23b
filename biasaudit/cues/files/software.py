"""Software: the program that last wrote the picture, as the file has it."""

from __future__ import annotations

from biasaudit.cues.cue import cue
from biasaudit.images.photo import NO_WORD, Photo


@cue(kind="file", question="Did another program write the files of one class?", unit="name of a program", words=True)
def software(photo: Photo) -> str:
    """Why it matters: a class that somebody cropped, relabelled or touched up in an editor carries the editor's
    name, and with it the editor's sharpening, colour and compression. Firmware versions date a collection.

    How it is measured: the EXIF field "Software", or in a PNG the text of that name, stripped to printable
    characters and cut after 40. "(none)" where there is neither or the EXIF is broken.

    What it cannot show: what the program did, programs that leave no name, and earlier ones: each overwrites the
    last. Versions of one program are different words.

    References: Kee, Johnson & Farid 2011, Digital image authentication from JPEG headers, IEEE Transactions on
    Information Forensics and Security 6; Kee & Farid 2011, A perceptual metric for photo retouching, PNAS 108.
    """
    return photo.file.software or NO_WORD
