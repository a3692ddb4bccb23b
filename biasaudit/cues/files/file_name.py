"""File name: the pattern by which a source names its files."""

from __future__ import annotations

import re

from biasaudit.cues.cue import cue
from biasaudit.images.exif import printable
from biasaudit.images.photo import NO_WORD, Photo

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

SHORTEST_CODE = 8
"""Letters and digits in a row that, mixed, are a code; shorter ones are read as they stand."""

MOST_TURNS = 2
"""How often a name may turn from letters to digits or back: "20190501t1230" does twice. A code does more often."""

SHORTEST_WORD = 3
"""Single words of a folder's name are looked for from this length: "of" and "a" stand in any name."""

LONGEST_NAME = 255
"""Characters of a name that are looked at; file systems allow no more."""

FOLDER = "(folder)"


def _codes_starred(name: str) -> str:
    """Identifiers and other long codes that mix letters and digits as "*"."""

    def starred(match: re.Match[str]) -> str:
        token = match[0]
        turns = len(re.findall(r"(?<=\d)(?=\D)|(?<=\D)(?=\d)", token))
        hexadecimal = turns > 0 and re.fullmatch(r"[0-9a-f]+", token)
        return "*" if len(token) >= SHORTEST_CODE and (turns > MOST_TURNS or hexadecimal) else token

    return re.sub(r"[^\W_]+", starred, UUID.sub("*", name))


def _without_folder(name: str, folder: str) -> str:
    """The folder's name, or single words of it, as "(folder)", so that classes named after themselves are alike."""
    words = re.findall(r"[^\W_]+", folder)
    choices = [r"[\W_]*".join(map(re.escape, words))] if words else []
    choices += [re.escape(word) for word in words if len(word) >= SHORTEST_WORD]
    choices += [choice.removesuffix("s") for choice in choices if len(choice) > SHORTEST_WORD and choice[-1] == "s"]
    choices = [choice for choice in choices if not choice.isdigit()]  # numbers become "#" anyway
    if not choices:
        return name
    found = rf"(?<![^\W_])(?:{'|'.join(sorted(choices, key=len, reverse=True))})s?(?![^\W\d_])"
    return re.sub(rf"{found}(?:[\W_]*{found})*", FOLDER, name)


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
    pattern = re.sub(r"\d+", "#", _without_folder(_codes_starred(name), folder))
    return printable(pattern) or NO_WORD
