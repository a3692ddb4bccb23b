"""File name: the pattern by which a source names its files."""

from __future__ import annotations

from biasaudit.cues.cue import cue
from biasaudit.images.exif import printable
from biasaudit.images.photo import NO_WORD, Photo
from biasaudit.images.values.naming import pattern

LONGEST_NAME = 255
"""Characters of a name that are looked at; file systems allow no more."""


@cue(
    kind="file",
    question="Are the files of one class named in another way?",
    unit="pattern of the name",
    words=True,
    unseen=True,
)
def file_name(photo: Photo) -> str:
    """Why it matters: names come from the camera, the archive or the script that made a file. Where one class is
    called IMG_#, and the other carries the codes of a database, they were collected apart, and differ in whatever
    else their sources differ in. Names also betray copies, crops and images made by a program.

    How it is measured: the name without its extension, in lower case. Runs of digits become "#", identifiers and
    other long codes that mix letters and digits "*", and the folder's name, or a word of it, "(folder)": so
    cat_001 in the folder cat and dog_001 in dog are one pattern. Control characters are dropped; 40 are kept.

    What it cannot show: what only the numbers tell (two ranges of one counter), and the source of files that were
    renamed alike. Classes that differ in nothing but a word (pos_# and neg_#) are named after themselves: that is not
    counted as a tie. A network does not see names; a tie says that the sources differ, not that a model knows.

    References: Torralba & Efros 2011, Unbiased look at dataset bias, CVPR; Kapoor & Narayanan 2023, Leakage and the
    reproducibility crisis in machine-learning-based science, Patterns 4.
    """
    name, folder = (printable(text.lower(), LONGEST_NAME) for text in (photo.file.name, photo.file.folder))
    return printable(pattern(name, folder)) or NO_WORD
