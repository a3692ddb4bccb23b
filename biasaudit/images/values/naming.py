"""How names are made: their pattern without numbers and codes, and without the word that names their class."""

from __future__ import annotations

import re

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

SHORTEST_CODE = 8
"""Letters and digits in a row that, mixed, are a code; shorter ones are read as they stand."""

MOST_TURNS = 2
"""How often a name may turn from letters to digits or back: "20190501t1230" does twice. A code does more often."""

SHORTEST_WORD = 3
"""Single words of a folder's name are looked for from this length: "of" and "a" stand in any name."""

FOLDER = "(folder)"


def pattern(name: str, folder: str = "") -> str:
    """A name with its numbers as "#", its codes as "*", and the words of its folder as "(folder)".

    name, folder: in small letters.
    """
    return re.sub(r"\d+", "#", without_folder(_codes_starred(name), folder))


def _codes_starred(name: str) -> str:
    """Identifiers and other long codes that mix letters and digits as "*"."""

    def starred(match: re.Match[str]) -> str:
        token = match[0]
        turns = len(re.findall(r"(?<=\d)(?=\D)|(?<=\D)(?=\d)", token))
        hexadecimal = turns > 0 and re.fullmatch(r"[0-9a-f]+", token)
        return "*" if len(token) >= SHORTEST_CODE and (turns > MOST_TURNS or hexadecimal) else token

    return re.sub(r"[^\W_]+", starred, UUID.sub("*", name))


def without_folder(name: str, folder: str) -> str:
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
