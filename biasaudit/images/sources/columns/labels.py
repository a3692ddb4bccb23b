"""From the values of a column to the label of each image: blanks, spellings, lists of labels, yes and no."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.names import escaped
from biasaudit.results import Name, Sentence, say

BLANK = frozenset({"", "na", "n/a", "nan", "null", "<na>", "#n/a"})
"""What stands in a label column where there is no label, in lower case."""
SEPARATORS = "|;, "
"""Signs between the labels of an image that has several; blanks only where each of the words stands alone too."""
ENOUGH = {"|": 0.5, ";": 0.6, ",": 0.6, " ": 1.0}
"""Share of the labels in lists that must stand alone elsewhere, or in another list: a name may hold a comma too."""
BLANK_WORD = "blank"
"""What `--negative` calls an empty cell."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Labels:
    """The label of each row of a table."""

    values: pd.Series
    """Text, missing where a row has no label."""
    how: Sentence
    """How they were read."""
    uncertain: pd.Series | None = None
    """bool: whether a row has none since nobody knows; None where that cannot be said."""
    warnings: tuple[Sentence, ...] = ()


def labels_in(
    column: pd.Series, name: str, positive: Sequence[str] = (), negative: Sequence[str] = (), single: bool = False
) -> Labels:
    """The labels that a column gives.

    column: text, missing where empty. positive, negative: values, or labels of a list, that mean yes and no; where
    there are any, the classes are two, `name` and "not name". Without `negative` all other values are no, but for
    blanks and, beside 0, -1, which says that nobody knows. single: each value is one label, whatever signs it holds.

    Raises UsageError where a value of `positive` or `negative` does not occur, an image has several labels and nothing
    says which one is meant, or `single` changes nothing.
    """
    text = column.str.strip().str.normalize("NFC")
    text = text.mask(text.str.casefold().isin(BLANK - {""}) | (text == ""))
    lists = as_lists(text)
    if not positive and not single and _yes_no_unknown(text):
        raise UsageError(
            f"The column {escaped(name, 60)!r} holds 1, 0 and -1, as tables do in which they mean yes, no and nobody "
            "knows. Where that is so: --positive 1. Where they are three classes: --single-label."
        )
    if single and lists is None and not _yes_no_unknown(text):
        raise UsageError(
            f"--single-label: no value of the column {escaped(name, 60)!r} would be taken for several labels. Take it "
            "out: it has no effect."
        )
    lists = None if single else lists
    if positive:
        return _yes_or_no(text, lists, name, positive, negative)
    if negative:
        raise UsageError("--negative says which values mean no: say with --positive which mean yes.")
    if lists is not None:
        one = max(Counter(label for each in lists for label in each).items(), key=lambda item: (item[1], item[0]))[0]
        raise UsageError(
            f"The column {escaped(name, 60)!r} gives some images several labels, such as "
            f"{escaped(next(text.iloc[i] for i, each in enumerate(lists) if len(each) > 1), 60)!r}. Ask about one of "
            f"them, such as --positive {_quoted(one)}, or about each in turn: --each-label. Where each value is one "
            "label: --single-label."
        )
    joined, warnings = _one_spelling(text)
    how = say("label: column {column}", column=Name("column", name))
    return Labels(values=joined, how=how, warnings=tuple(warnings))


def _yes_no_unknown(text: pd.Series) -> bool:
    return {_plain(value) for value in text.dropna().unique()} == {"-1", "0", "1"}


def as_lists(text: pd.Series) -> list[tuple[str, ...]] | None:
    """The labels of each row where values are lists, of labels that stand alone elsewhere or come again; else None.

    text: stripped, missing where empty; such a row has no label.
    """
    values = text.dropna()
    for sign in SEPARATORS:
        several = values[values.str.contains(sign, regex=False)]
        if several.empty:
            continue
        split = {value: tuple(dict.fromkeys(_split(value, sign))) for value in values.unique()}
        counts = Counter(label for value in several.unique() for label in split[value])
        alone = {"".join(_split(value, sign)) for value in values[~values.str.contains(sign, regex=False)]}
        known = sum(n for label, n in counts.items() if label in alone or (n > 1 and sign != " "))
        if max(map(len, split.values())) > 1 and known >= ENOUGH[sign] * counts.total():
            return [split[value] if isinstance(value, str) else () for value in text]
    return None


def _split(value: str, sign: str) -> list[str]:
    """The labels of a list, also where it is written as Python would: "['a', 'b']"."""
    bare = re.sub(r"[\[\]'\"]", "", value) if value.startswith("[") else value
    return [label for part in bare.split(sign) if (label := part.strip())]


def _yes_or_no(
    text: pd.Series,
    lists: list[tuple[str, ...]] | None,
    name: str,
    positive: Sequence[str],
    negative: Sequence[str],
) -> Labels:
    there = [{_plain(label) for label in each} for each in lists] if lists is not None else None
    if there is None:
        there = [{_plain(value)} if isinstance(value, str) else set() for value in text]
    yes, no = ({_plain(value) for value in given} for given in (positive, negative))
    occurring = set().union(*there) | {BLANK_WORD}
    for option, given in (("--positive", positive), ("--negative", negative)):
        if unknown := [value for value in given if _plain(value) not in occurring]:
            have = ", ".join(repr(escaped(value, 40)) for value in sorted(occurring - {BLANK_WORD})[:12])
            raise UsageError(f"{option} {escaped(unknown[0], 40)!r}: the column {escaped(name, 60)!r} has {have}.")
    if both := yes & no:
        raise UsageError(f"{escaped(both.pop(), 40)!r} stands in --positive and in --negative.")
    unsure = {"-1"} if {"0", "-1"} <= occurring and not negative else set()
    called = name if lists is None else " or ".join(positive)
    other = f"not {called}"

    def label_of(values: set[str]) -> str | None:
        if not values:
            values = {BLANK_WORD}
        if values & yes:
            return called
        if negative:
            return other if values & no else None
        return None if values == {BLANK_WORD} or values & unsure else other

    found = pd.Series([label_of(values) for values in there], index=text.index, dtype="str")
    how = say(
        "label: column {column}, where {value} is yes",
        column=Name("column", name),
        value=Name("value", ", ".join(positive)),
    )
    uncertain = pd.Series([bool(values & unsure) and not values & yes for values in there], index=text.index)
    return Labels(values=found, how=how, uncertain=uncertain)


def _plain(value: str) -> str:
    """A value as it is compared: whole numbers without a point, words without capitals."""
    return re.sub(r"^([+-]?\d+)\.0*$", r"\1", value.strip().casefold())


def _one_spelling(text: pd.Series) -> tuple[pd.Series, list[Sentence]]:
    """The commonest spelling of labels that differ in case and blanks alone; single letters stay apart."""
    counts = text.value_counts()
    spellings: dict[str, list[str]] = {}
    for value in counts.index:
        key = _plain(" ".join(str(value).split()))
        spellings.setdefault(key if len(key) > 1 or key.isdigit() else str(value), []).append(str(value))
    several = {each[0]: each[1:] for each in spellings.values() if len(each) > 1}
    change = {other: first for first, others in several.items() for other in others}
    warnings = [words.spellings(first, others) for first, others in several.items()]
    return text.replace(change) if change else text, warnings


def _quoted(value: str) -> str:
    safe = escaped(value, 60)
    return f"'{safe}'" if re.search(r"\W", safe) else safe
