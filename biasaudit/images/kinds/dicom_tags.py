"""What is read out of a DICOM header beside the picture: tags that identify nobody, and no other."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from biasaudit.images.exif import printable

# Names, ids, dates, UIDs, institutions, comments and private tags are never read. What a tag may hold is checked as
# well: a header is written by people, and a code may turn out to be a sentence about one.
LONGEST_CODE = 16
"""Characters of a DICOM code (value representation CS, PS3.5 table 6.2-1)."""
OLDEST = 90
"""Years from which ages are one band: there are few people so old, so that their age tells on them (45 CFR 164.514)."""


def _word(value: object) -> str:
    """A name of a product: printable, and cut."""
    return printable(str(value))


def _code(value: object) -> str:
    """One of a list of codes that the standard or a maker has drawn up; "" for anything else."""
    text = str(value).strip().upper()
    return text if re.fullmatch(rf"[A-Z0-9 _/-]{{1,{LONGEST_CODE}}}", text) else ""


def _number(value: object) -> str:
    return f"{float(str(value)):g}"


def _sex(value: object) -> str:
    """M, F or O (other)."""
    text = str(value).strip().upper()
    return text if text in ("M", "F", "O") else ""


def _age(value: object) -> str:
    """Ten years of an age as DICOM writes it (PS3.5: "058Y", "006M", "010D"): "50 to 59"."""
    written = re.fullmatch(r"(\d{1,3})([DWMY])", str(value).strip().upper())
    if not written:
        return ""
    years = int(int(written[1]) / {"D": 365.25, "W": 52.18, "M": 12, "Y": 1}[written[2]])
    return f"{OLDEST} and over" if years >= OLDEST else f"{years // 10 * 10} to {years // 10 * 10 + 9}"


OF_THE_PICTURE: dict[str, Callable[[object], str]] = {
    "Modality": _code,
    "Manufacturer": _word,
    "ManufacturerModelName": _word,
    "BodyPartExamined": _code,
    "ViewPosition": _code,
    "KVP": _number,
    "Rows": _number,
    "Columns": _number,
    "BitsStored": _number,
    "PhotometricInterpretation": _code,
    "BurnedInAnnotation": _code,
}
"""Keyword of a tag -> what is made of its value."""
OF_PEOPLE: dict[str, Callable[[object], str]] = {"PatientSex": _sex, "PatientAge": _age}
"""The same of tags that are told only where the user asks."""


def tags_of(header: Any) -> dict[str, str]:
    """Keyword -> value as a short text, of the tags that a pydicom data set has; broken and empty ones are left out."""
    found = {}
    for keyword, made in (OF_THE_PICTURE | OF_PEOPLE).items():
        try:
            value = header.get(keyword)
            several = not isinstance(value, str) and hasattr(value, "__getitem__")
            text = made(value[0] if several else value) if value not in (None, "") else ""
        except MemoryError:
            raise
        except Exception:  # a hostile header can raise anything inside the parser
            text = ""
        if text:
            found[keyword] = text
    return found
