"""Spellings of one answer, so that `male` in one table is `M` in another."""

from __future__ import annotations

import re
from collections.abc import Sequence

FEMALE = "female females f fem w woman women girl weiblich frau féminin feminin femme fille femenino mujer femminile"
MALE = "male males m man men boy männlich maennlich mann masculin masculino homme garçon hombre maschile uomo homem"
YES = "yes y true t 1 1.0 ja j oui o si sí sì sim present positive pos"
NO = "no n false f 0 0.0 nein non nee nao não absent negative neg"
QUESTIONS = tuple(
    tuple(frozenset(answer.split()) for answer in answers)
    for answers in ((f"{FEMALE} donna feminino mulher vrouw", MALE), (YES, NO))
)
"""Of each question the spellings of its answers."""


def folded(text: str) -> str:
    """A word without what spellings differ in: case, blanks, strokes and points."""
    return re.sub(r"[\s_-]+", " ", text.strip().casefold()) or text


def matched(text: str, levels: Sequence[str]) -> str | None:
    """The level that a text means, or None where there is none or more than one.

    As it stands; but for case and blanks; or as another spelling of an answer to a question that the levels answer.
    """
    if text in levels:
        return text
    alike = [level for level in levels if folded(level) == folded(text)]
    if not alike:
        alike = [level for answers in QUESTIONS if _is_asked(answers, levels) for level in _same(text, levels, answers)]
    return alike[0] if len(alike) == 1 else None


def _is_asked(answers: Sequence[frozenset[str]], levels: Sequence[str]) -> bool:
    """Whether these levels answer that question: each of its answers is one of them, in one spelling."""
    return all(sum(folded(level) in answer for level in levels) == 1 for answer in answers)


def _same(text: str, levels: Sequence[str], answers: Sequence[frozenset[str]]) -> list[str]:
    return [level for level in levels for answer in answers if folded(text) in answer and folded(level) in answer]
