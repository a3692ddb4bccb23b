"""What reading a data set puts into its record: notes, which are counted, and warnings. Each is worded here alone."""

from __future__ import annotations

from biasaudit.images.names import escaped

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
UNNAMED_COLUMNS = "columns without a name in the CSV were left out (a saved row number?)"
READ_AS_CP1252 = "the CSV is not UTF-8 and was read as Windows-1252; check accented letters"
SPLIT_UNUSED = "the given test part is used as any other images: the rest does not hold every class"


def tiny(side: int) -> str:
    """Note on a picture with a side below `side` pixels."""
    return f"smaller than {side} pixels"


def misnamed(kind: str) -> str:
    """Note on a file whose extension belongs to another kind than its content."""
    return f"content is {kind}, name says otherwise"


def counted(note: str, n: int) -> str:
    """The warning that says a note and how often."""
    return f"{note}: {n}"


def rows_without_path(n: int) -> str:
    """Warning of rows in which the cell that names the file is empty."""
    return f"{n} rows of the CSV have no path and were left out"


def unicode_twins(name: str, n: int) -> str:
    """Warning of n files whose names look the same."""
    return f"{n} files share the name {escaped(name)} and differ only in its Unicode form; each is kept"


def empty_class(name: str) -> str:
    """Warning of a class folder without an image."""
    return f"class folder {escaped(name)} holds no image"


def lost_class(name: str, n: int) -> str:
    """Warning of a class of which all n files were left out."""
    return f"class {escaped(name, 60)} left out: none of its {n} files can be used"
