"""What a reader gets in ten seconds: the verdict in words, how sure it is, and what was not tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from biasaudit.report.chapters import Chapter
from biasaudit.report.contents import Contents
from biasaudit.report.standing import is_constant, needs_larger_pictures
from biasaudit.report.words import OBSERVED, OPEN, OVERALL, PROBLEMS, SURE, TRIED, VERDICTS, both_ends, count, listed
from biasaudit.results import RUNGS, Audit, Conclusion, Finding, not_compared

CARDS = 6
"""Conclusions that the first screen shows; the others follow as a list."""
COUNTED = "Something is wrong with the data themselves, which was seen in the files themselves."
NAMED_COLUMNS = 6
"""Columns that the first screen names."""


@dataclass(frozen=True)
class Card:
    """One conclusion as the first screen shows it."""

    conclusion: Conclusion
    chapters: tuple[Chapter, ...]
    """Its findings that have an article on the page, in its order."""
    shown: Chapter | None
    """The first of them with pictures."""
    how_sure: str
    """In a sentence; "" of a question."""


@dataclass(frozen=True)
class FirstScreen:
    """The words and findings of the first screen."""

    meaning: str
    """What the verdict says."""
    how_sure: str
    """Of a verdict of nothing, in a sentence; "" elsewhere, where each conclusion has its own."""
    counts: tuple[tuple[str, int], ...]
    """Findings by verdict, most serious first, without what is shown for a person to judge; none of 0."""
    looked_at: int
    """Findings that are neither problems, nor clear, nor untested: what is shown for a person to judge."""
    cards: tuple[Card, ...]
    """What is wrong, most important first."""
    more: tuple[Conclusion, ...]
    """Conclusions that have no card."""
    noted: tuple[Finding, ...]
    """Told beside the model."""
    not_tested: tuple[tuple[str, str], ...]
    """(what, where in the page): the warning against reading too much."""


def first_screen(audit: Audit, contents: Contents, to_check: int) -> FirstScreen:
    """The first screen of an audit whose findings stand in these places; to_check: pictures whose label is in doubt."""
    return FirstScreen(
        meaning=_meaning(audit),
        how_sure=_how_sure_of_nothing(audit),
        counts=_counts(audit, contents),
        looked_at=len(audit.findings) - sum(n for _, n in _counts(audit, contents)),
        cards=tuple(_card(each, audit, contents) for each in audit.conclusions[:CARDS]),
        more=audit.conclusions[CARDS:],
        noted=tuple(each for each in audit.findings if each.verdict not in PROBLEMS and each.on_first_screen),
        not_tested=tuple(_not_tested(audit, contents, to_check)),
    )


def _meaning(audit: Audit) -> str:
    """What the verdict says, and that what was counted stands before it."""
    told = OVERALL[audit.verdict].meaning
    facts = any(each.level == "fact" for each in audit.conclusions)
    inferred = any(each.level not in ("fact", "ask") for each in audit.conclusions)
    if not facts:
        return told
    return f"{COUNTED} Beside that: {told[0].lower()}{told[1:]}" if inferred else COUNTED


def _card(conclusion: Conclusion, audit: Audit, contents: Contents) -> Card:
    """The conclusion with the pictures of the first of its findings that has some."""
    place = {each.finding.id: each for each in contents.articles}
    chapters = tuple(place[each] for each in conclusion.findings if each in place)
    shown = next((each for each in chapters if each.has_photos), None)
    told = [each for each in audit.findings if each.id in conclusion.findings]
    return Card(conclusion, chapters, shown, _how_sure(conclusion, told))


def _how_sure(conclusion: Conclusion, findings: Sequence[Finding]) -> str:
    if conclusion.level == "shortcut":
        uses = [each.rungs["reliance"] for each in findings if "reliance" in each.rungs]
        tried = any(use.state == "yes" and use.method == "intervention" for use in uses)
        shown = SURE["source"] if conclusion.kind == "source" else TRIED
        return shown if tried else OBSERVED
    if conclusion.level == "gap":
        worse = any(each.rungs["disparity"].state == "yes" for each in findings if "disparity" in each.rungs)
        return SURE["gap" if worse else "counted"]
    if conclusion.level == "fact" and conclusion.kind == "split":
        return SURE["split"]
    return SURE.get(conclusion.level, "")


def _how_sure_of_nothing(audit: Audit) -> str:
    """What stands beside a verdict of nothing; where a question is open, nothing is promised."""
    if audit.verdict != "none_detected" or audit.conclusions:
        return ""
    return "An effect of the size that stands beside each question under “Clear” would most likely have been seen."


def _counts(audit: Audit, contents: Contents) -> tuple[tuple[str, int], ...]:
    quiet = len(contents.clear)
    seen = Counter(each.verdict for each in audit.findings if each.verdict != "clear")
    return tuple((verdict, n) for verdict in VERDICTS if (n := quiet if verdict == "clear" else seen[verdict]))  # type: ignore[index]


def _not_tested(audit: Audit, contents: Contents, to_check: int) -> Iterator[tuple[str, str]]:
    if audit.model is None and not audit.settings.get("scan"):
        yield "What a model uses: it could not be trained.", "#model"
    elif audit.model is None:
        yield "Whether a model uses any of this: a scan of the data trains no model.", "#model"
    elif not audit.model.learnt:
        yield "What a model uses: this one did not learn to tell the classes apart.", "#model"
    else:
        yield from _untested_rungs(audit)
    if columns := not_compared(audit.findings, audit.settings.get("mediator", ())):
        named = ", ".join(f"“{both_ends(each.cue)}”" for each in columns[:NAMED_COLUMNS])
        more = f" and {len(columns) - NAMED_COLUMNS} more" if len(columns) > NAMED_COLUMNS else ""
        yield f"{count(len(columns), 'column')} not compared with the label: {named}{more}.", "#untested"
    small = [each for each in contents.untested if needs_larger_pictures(each)]
    if small:
        yield f"The pictures are too small to look for {listed(each.cue for each in small)}.", "#untested"
    if others := len(contents.untested) - len(small):
        yield f"{count(others, 'question')} that could not be tested at all.", "#untested"
    for status, word in (("failed", "failed"), ("skipped", "skipped")):
        checks = [check.detector for check in audit.checks if check.status == status]
        if checks:
            yield f"{count(len(checks), 'check')} {word}, with the reason.", "#coverage"
    if audit.dataset.excluded:
        yield f"{count(len(audit.dataset.excluded), 'file')} left out of the audit.", "#excluded"
    constant = sum(map(is_constant, contents.clear))
    if constant:
        yield f"{count(constant, 'trait')} of the same value in every picture: nothing to compare.", "#clear"
    yield "Marks that no check here looks for, small ones above all.", "#coverage"
    if not any(each.about_people and not each.crossed for each in audit.subgroups):
        other = any(not each.about_people for each in audit.subgroups)
        yield (
            "Whether it works for all groups of people: no table says who is in the pictures.",
            "#subgroups" if other else "#data",
        )
    labels = "#check-labels" if to_check else "#coverage"
    first = f": {count(to_check, 'picture')} to check first" if to_check else ""
    whose = "other labels" if any(each.kind == "labels" for each in audit.conclusions) else "labels"
    yield f"Whether the {whose} are right{first}.", labels
    yield "Pictures from anywhere else.", "#coverage"


def _untested_rungs(audit: Audit) -> Iterator[tuple[str, str]]:
    """Questions left open for the findings; of clear cues they need not be asked."""
    problems = [finding for finding in audit.findings if finding.verdict in PROBLEMS]
    for rung in RUNGS[1:]:
        n = sum(finding.rungs[rung].state == "untested" for finding in problems if rung in finding.rungs)
        if n:
            yield f"For {n} of {count(len(problems), 'finding')}: {OPEN[rung]}.", "#findings"
