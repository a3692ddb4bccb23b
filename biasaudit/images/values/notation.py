"""Digits, separators and signs: which of point and comma a column uses, and for what."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from biasaudit.results import NOTHING, Sentence, say

NUMBER = {
    decimal: re.compile(rf"[+-]?(?:\d{{1,3}}(?:[{thousands}' ]\d{{3}})+|\d+)?(?:{decimal}\d*)?(?:e[+-]?\d+)?", re.I)
    for decimal, thousands in ((r"\.", ","), (",", r"\."))
}
"""Numbers with a decimal point and with a decimal comma; the other sign may stand between thousands."""
UNGROUPED = re.compile(r"[+-]?(?:0,\d+|\d{4,}(?:\.\d*)?)")
"""What stands in no column whose commas are between thousands: 0,125, and 1234."""
DECIMAL, THOUSANDS = say(" with decimal commas"), say(" with commas between thousands")


def _parsed(body: str, form: re.Pattern[str], decimal: str) -> float:
    if not form.fullmatch(body) or not any(letter.isdigit() for letter in body):
        return float("nan")
    return _float(
        "".join(
            "." if letter == decimal else letter for letter in body if letter in f"{decimal}+-eE" or letter.isdigit()
        )
    )


def _float(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return float("nan")
    return number if np.isfinite(number) else float("nan")


def _either(body: str) -> float:
    """A number with one sign in it, whichever that is, taken for the decimal sign."""
    return _float(body.replace(",", ".")) if body.count(",") + body.count(".") == 1 else float("nan")


def read_bodies(bodies: Sequence[str], counts: np.ndarray) -> tuple[np.ndarray, Sentence]:
    """The numbers, float (m,), NaN where one is none, and what its commas were taken for.

    Where all fits both readings (1,234), a comma stands between thousands; `0,125`, `3,52` or `1234` beside it say
    that it does not. Where some write a point and some a comma, both are decimal signs.

    bodies: without sign of comparison and unit. counts: int (m,), images of each.
    """
    point, comma = (
        np.array([_parsed(body, form, sign) for body in bodies])
        for form, sign in zip(NUMBER.values(), ".,", strict=True)
    )
    read = [int(counts[np.isfinite(numbers)].sum()) for numbers in (point, comma)]
    with_comma = ["," in body for body in bodies]
    if not any(with_comma) and read[0] >= read[1]:
        return point, NOTHING
    either = np.where(np.isfinite(point) & ~np.array(with_comma), point, [_either(body) for body in bodies])
    if int(counts[np.isfinite(either)].sum()) > max(read):
        return either, DECIMAL
    ungrouped = any(map(UNGROUPED.fullmatch, bodies))
    if read[1] > read[0] or (read[1] == read[0] and ungrouped):
        return comma, DECIMAL if any(with_comma) else NOTHING
    return point, THOUSANDS
