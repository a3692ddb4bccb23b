"""What reading a data set puts into its record: notes, which are counted, and warnings. Each is worded here alone."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from biasaudit.images.names import escaped
from biasaudit.results import Name, Sentence, joined, listed, say
from biasaudit.results.sentences import ours

# Notes on the folder and its table.
EARLIER_AUDIT = "folder of an earlier audit: not read"
NOT_REGULAR = "not a regular file: never opened"
EQUAL_ROWS = "rows of the table equal to an earlier one, counted once"
ROWS_WITHOUT_FILE = "rows of the table that name no file of the folder"
FILES_WITHOUT_ROW = "files without a row in the table, not audited"
BLANK_LABELS = "images without a label in the table, not audited"
EXCLUDED = "files left out by --exclude"
OWN_GROUP = "no group given: the image is its own group"

# Notes on single files.
ONE_COLOUR = "one colour only"
SEVERAL_PAGES = "several pages: first one used"
ANIMATED = "animated: first frame used"
SEVERAL_PICTURES = "several pictures: the main one used"
SEVERAL_FRAMES = "DICOM of several frames: the middle one used"
SIXTEEN_BITS = "16 bits reduced to 8"
CUT_OFF = "brighter than the bits that the other pictures use: cut off at white"
WINDOWED = "DICOM shown by its window"
NO_WINDOW = "DICOM without a window: its whole stored range shown, which may be dark or flat"
SHARED_WINDOW = "DICOM without a window: shown by the range of values of the whole data set"
HIDDEN_PIXELS = "hidden pixels under transparency"
FROM_CMYK = "CMYK converted to RGB"

# Warnings.
UNNAMED_COLUMNS = say("columns without a name in the table were left out (a saved row number?)")
READ_AS_CP1252 = say("the table is not UTF-8 and was read as Windows-1252; check accented letters")
SPLIT_UNUSED = say("the given test part is used as any other images: the rest does not hold every class")


def tiny(side: int) -> str:
    """Note on a picture with a side below `side` pixels."""
    return f"smaller than {side} pixels"


def stretched(bits: int) -> str:
    """Note on a grey picture of 16 bits a pixel of which so many are used."""
    return f"{bits} bits in 16: stretched to the whole range"


def misnamed(kind: str) -> str:
    """Note on a file whose extension belongs to another kind than its content."""
    return f"content is {kind}, name says otherwise"


def counted(note: str, n: int) -> Sentence:
    """The warning that says a note, which stands above, and how often."""
    return say("{note}: {n}", note=ours(note), n=n)


def from_dicom(columns: Sequence[str]) -> Sentence:
    """Warning of the columns that the headers of DICOM files have filled."""
    return say("columns read out of DICOM headers: {columns}", columns=joined(Name("column", each) for each in columns))


def rows_without_path(n: int) -> Sentence:
    """Warning of rows in which the cell that names the file is empty."""
    return say("{n} rows of the table name no image and were left out", n=n)


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


def beside_a_report(folder: str) -> Sentence:
    """Warning of pictures that lie in the folder of an earlier audit."""
    return say(
        "folder {name} holds an earlier audit: the pictures in it are not read", name=Name("text", escaped(folder))
    )


def too_small_for(cues: Iterable[str]) -> Sentence:
    """Warning of pictures in which these cues, by id, would be missed."""
    named = listed(say("{cue}", cue=Name("cue", cue.replace("_", " "))) for cue in cues)
    return say("most pictures are too small to look for {cues}: that none was found there says nothing", cues=named)


def lost_class(name: str, n: int) -> Sentence:
    """Warning of a class of which all n files were left out."""
    return say(
        "left out as a class: {label}, none of whose {n} files can be used", label=Name("label", escaped(name, 60)), n=n
    )


def nested_columns(n: int) -> Sentence:
    """Warning of columns that hold lists or objects, which are not read."""
    return say("{n} columns of the table hold lists, objects or bytes and were left out", n=n)


def likely_split(column: str, values: Sequence[str], held_out: str | None) -> Sentence:
    """Warning of a column that looks like a given split, and was not named as one.

    held_out: the value that is likely to mean it; None where the values say so themselves.
    """
    example = column if held_out is None else f"{column}={held_out}"
    return say(
        "the column {column} looks like a given split ({values}), and none was named: all of it is learnt from. "
        "--split {as_typed} holds a part out",
        column=Name("column", escaped(column, 60)),
        values=joined(Name("value", escaped(value, 30)) for value in values[:6]),
        as_typed=Name("column", shlex.quote(escaped(example, 80))),
    )


def without_part(n: int) -> Sentence:
    """Warning of images of which the given split says nothing."""
    return say("{n} images have no part of the given split, and are learnt from", n=n)


def no_header(columns: Sequence[str]) -> Sentence:
    """Warning of a list whose first line names no columns, and what they are called therefore."""
    return say(
        "the table has no header: its columns are called {columns}",
        columns=listed(Name("column", escaped(each, 60)) for each in columns),
    )


def same_names(one: str, other: str, example: str) -> Sentence:
    """Warning of two classes whose files are called alike."""
    return say(
        "files of {one} and of {other} have the same names, such as {example}: where one was made of the other, leave "
        "it out with --exclude",
        one=Name("label", escaped(one, 60)),
        other=Name("label", escaped(other, 60)),
        example=Name("image", escaped(example, 60)),
    )


def inner_folders(names: Sequence[str], n: int) -> Sentence:
    """Warning of folders within the classes that nothing is made of."""
    return say(
        "the classes hold {n} folders of their own, such as {folders}, which are not told apart: --layout '*/class' "
        "takes them for the classes, 'class/group' for patients or scenes",
        n=n,
        folders=joined(Name("image", escaped(name, 40)) for name in names[:3]),
    )


def each_its_own_group(column: str, n: int) -> Sentence:
    """Warning of groups that keep nothing together."""
    return say(
        "each of the {n} images has a value of its own in {column}: as groups they keep nothing together",
        n=n,
        column=Name("column", escaped(column, 60)),
    )


def spellings(first: str, others: Sequence[str]) -> Sentence:
    """Warning of labels that differ in case and blanks alone and were joined."""
    return say(
        "the labels {others} were read as {first}: they differ in capitals or blanks alone",
        first=Name("label", escaped(first, 60)),
        others=listed(Name("label", escaped(other, 60)) for other in others),
    )


def unread_table(name: str, n: int) -> Sentence:
    """Warning of tables in the folder that nobody named."""
    return say(
        "{n} tables in the folder were not read, such as {file}: --metadata takes one",
        n=n,
        file=Name("image", escaped(name)),
    )


def unread_list(name: str, n: int) -> Sentence:
    """Warning of lists of files in the folder, such as those of a split."""
    return say(
        "{n} lists of files in the folder were not read, such as {file}: where they tell a split or the labels, make a "
        "table of them and name it with --metadata",
        n=n,
        file=Name("image", escaped(name)),
    )


def alike_classes(names: Sequence[str]) -> Sentence:
    """Warning of class folders whose names differ in case alone."""
    return say(
        "the class folders {labels} differ in capitals alone and are kept apart; rename one to join them",
        labels=listed(Name("label", escaped(name, 60)) for name in names),
    )


def likely_group_column(column: str, effect: Sentence) -> Sentence:
    """Warning of a column that looks like the patient, where no groups were given."""
    return say(
        "the column {column} looks like a patient or scene: {effect}. --group-by {as_typed} keeps each on one side",
        column=Name("column", escaped(column, 60)),
        as_typed=Name("column", shlex.quote(escaped(column, 60))),
        effect=effect,
    )


def likely_groups_in_names(wanted: str, example: str, effect: Sentence) -> Sentence:
    """Warning of file names that begin alike, where no groups were given."""
    return say(
        "file names look as if they held a patient or scene, such as {example}: {effect}. --group-by '{wanted}' keeps "
        "each on one side",
        example=Name("image", escaped(example, 60)),
        effect=effect,
        wanted=ours(wanted),
    )


def without_groups(groups: int, n: int, several: int, parted: int | None) -> Sentence:
    """What it does that nobody named the groups.

    several: groups of several images. parted: those with images both to learn from and held out, None without a split.
    """
    what = say("{several} have several images, of which some are learnt from and others judged", several=several)
    if parted is not None:
        what = say("{parted} stand both in what is learnt from and in what is held out", parted=parted)
    return say(
        "{groups} in {n} images; {what}, so the model may know them again, and intervals count {n} images and not "
        "{groups}",
        groups=groups,
        n=n,
        what=what,
    )


def named_again(columns: Sequence[str]) -> Sentence:
    """Warning of columns each of whose values lies in one class, and that are called like a label."""
    return say(
        "not tested, since they name the class again or a part of it: {columns}",
        columns=listed(Name("column", escaped(column, 60)) for column in columns),
    )
