"""Names and values taken from the data, made safe to keep as text and to print."""

from __future__ import annotations

import os
import re


def as_unicode(name: str) -> str:
    """A file name as valid Unicode: bytes that are no UTF-8 are written out as `\\xe9`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def escaped(text: str, most: int = 200) -> str:
    """Text safe for one line of a terminal: control and direction characters written out, cut to `most` characters."""
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return safe if len(safe) <= most else f"{safe[: most - 1]}…"


def apart(name: str) -> str:
    """A name with a sign between words that capitals alone part: Train_Images for TrainImages, JPEG_Images likewise."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case, without numbers and signs: of `leftImg8bit` left, img and bit."""
    return re.findall(r"[^\W\d_]+", apart(name).casefold())
