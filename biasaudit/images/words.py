"""What reading a data set puts into its record: notes, which are counted, and warnings. Each is worded here alone."""

from __future__ import annotations

from collections.abc import Iterable

from biasaudit.images.names import escaped
from biasaudit.results import Name, Sentence, listed, say
from biasaudit.results.sentences import ours

# Notes on the folder and its table.
EARLIER_AUDIT = "folder of an earlier audit: not read"
NOT_REGULAR = "not a regular file: never opened"
EQUAL_ROWS = "rows of the CSV equal to an earlier one, counted once"
ROWS_WITHOUT_FILE = "rows of the CSV that name no file of the folder"
FILES_WITHOUT_ROW = "files without a row in the CSV, not audited"
OWN_GROUP = "no group given: the image is its own group"

# Notes on single files.
ONE_COLOUR = "one colour only"
SEVERAL_PAGES = "several pages: first one used"
ANIMATED = "animated: first frame used"
SIXTEEN_BITS = "16 bits reduced to 8"
HIDDEN_PIXELS = "hidden pixels under transparency"
FROM_CMYK = "CMYK converted to RGB"

# Warnings.
UNNAMED_COLUMNS = say("columns without a name in the CSV were left out (a saved row number?)")
READ_AS_CP1252 = say("the CSV is not UTF-8 and was read as Windows-1252; check accented letters")
SPLIT_UNUSED = say("the given test part is used as any other images: the rest does not hold every class")


def tiny(side: int) -> str:
    """Note on a picture with a side below `side` pixels."""
    return f"smaller than {side} pixels"


def misnamed(kind: str) -> str:
    """Note on a file whose extension belongs to another kind than its content."""
    return f"content is {kind}, name says otherwise"


def counted(note: str, n: int) -> Sentence:
    """The warning that says a note, which stands above, and how often."""
    return say("{note}: {n}", note=ours(note), n=n)


def rows_without_path(n: int) -> Sentence:
    """Warning of rows in which the cell that names the file is empty."""
    return say("{n} rows of the CSV have no path and were left out", n=n)


def unicode_twins(name: str, n: int) -> Sentence:
    """Warning of n files whose names look the same."""
    return say(
        "{n} files share the name {name} and differ only in its Unicode form; each is kept",
        n=n,
        name=Name("image", escaped(name)),
    )


def empty_class(name: str) -> Sentence:
    """Warning of a class folder without an image."""
    return say("class folder {label} holds no image", label=Name("label", escaped(name)))


def too_small_for(cues: Iterable[str]) -> Sentence:
    """Warning of pictures in which these cues, by id, would be missed."""
    named = listed(say("{cue}", cue=Name("cue", cue.replace("_", " "))) for cue in cues)
    return say("most pictures are too small to look for {cues}: that none was found there says nothing", cues=named)


def lost_class(name: str, n: int) -> Sentence:
    """Warning of a class of which all n files were left out."""
    return say("class {label} left out: none of its {n} files can be used", label=Name("label", escaped(name, 60)), n=n)
