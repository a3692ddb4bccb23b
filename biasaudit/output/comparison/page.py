"""Two audits side by side, as text for a terminal and as a page in the style of the report."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from biasaudit.output.comparison import NAMES, PROBLEMS, Change, Comparison, Side
from biasaudit.report.html import page
from biasaudit.report.words import OVERALL, VERDICTS, both_ends, count, interval, number, one_line, visible
from biasaudit.results import shorten

WIDTH = 100
"""Columns of a terminal that the table fits into."""
LONGEST = 700
"""Letters of one line of the text before it is wrapped."""
MARKS = {"worse": "▲", "new": "+", "better": "▼", "gone": "−", "same": "=", "not comparable": "?"}
"""A sign beside each status, so that none depends on colour."""


def told(comparison: Comparison) -> list[Change]:
    """What at least one of the two audits calls a finding; the rest is clear or untested in both."""
    return [
        change
        for change in comparison.changes
        if any(side is not None and side.verdict in PROBLEMS for side in (change.old, change.new))
    ]


def figure(side: Side | None) -> str:
    """A side's figure with its interval and placebo, or a dash."""
    if side is None or side.estimate is None:
        return "–"
    of = f" of {number(side.distance, 10)} log-odds" if side.distance is not None else ""
    return interval(side.estimate) + of + (f"; placebo {interval(side.placebo)}" if side.placebo else "")


def verdict_of(side: Side | None) -> str:
    """A side's verdict in a word; "absent" where the audit has no such finding."""
    return "absent" if side is None else VERDICTS[side.verdict].word.lower()


def counts(comparison: Comparison) -> str:
    """ "1 better, 3 the same": of the findings that are told."""
    seen = [change.status for change in told(comparison)]
    return ", ".join(f"{seen.count(status)} {status}" for status in MARKS if status in seen)


def as_text(comparison: Comparison) -> str:
    """The sentence first, then what the audits have in common, then two or three lines a finding; no colours."""
    return "\n".join(line.rstrip() for line in _lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    yield from _wrapped(comparison.headline)
    yield ""
    for fact in comparison.facts:
        yield from _wrapped(fact.text, first=f"{fact.what:<10}", indent=10)
    for each in comparison.conclusions:
        yield from _wrapped(each.new or each.old, first=f"{each.status:<10}", indent=10)
    changes = told(comparison)
    if changes:
        yield ""
        yield f"{'':17}{'finding':<41}{'before':<21}after"
    for change in changes:
        sides = f"{verdict_of(change.old):<21}{verdict_of(change.new)}"
        yield f"{MARKS[change.status]} {change.status:<15}{both_ends(change.id, 40):<41}{sides}"
        if change.rung is not None:
            for when, side in (("before", change.old), ("after", change.new)):
                if side is not None and side.estimate is not None:
                    yield f"{'':17}{NAMES[change.rung]} {when}: {figure(side)}"
        if change.status == "not comparable":
            yield from _wrapped(change.sentence, first=" " * 17, indent=17)
        judged = next((side for side in (change.new, change.old) if side is not None and side.review), None)
        if judged is not None:  # that of the older audit is carried where the newer has none
            yield from _wrapped(review_in_words(judged), first=" " * 17, indent=17)
    yield ""
    quiet = count(len(comparison.changes) - len(changes), "cue")
    yield from _wrapped(f"{counts(comparison) or 'No findings'}; {quiet} clear or untested in both audits.")


def review_in_words(side: Side) -> str:
    """ "Review: dispute (A. Reader, 2026-03-01): the comment", the comment cut where it is long."""
    review = side.review
    assert review is not None
    who = ", ".join(part for part in (review.name, review.date) if part)
    return f"Review: {review.decision}{f' ({who})' if who else ''}{f': {review.comment}' if review.comment else ''}"


def _wrapped(text: str, first: str = "", indent: int = 0) -> Iterable[str]:
    cut = shorten(one_line(visible(text)), LONGEST)
    return textwrap.wrap(cut, WIDTH, initial_indent=first, subsequent_indent=" " * indent) or [first]


def render_comparison(comparison: Comparison) -> str:
    """One HTML document without any script, as self-contained as the report."""
    return page(
        "compared.html.j2",
        comparison=comparison,
        changes=told(comparison),
        counts=counts(comparison),
        figure=figure,
        review_in_words=review_in_words,
        MARKS=MARKS,
        NAMES=NAMES,
        old=OVERALL[comparison.old_verdict],
        new=OVERALL[comparison.new_verdict],
    )
