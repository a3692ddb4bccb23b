"""What a page shows, worked out before the template sees it: which finding stands where, and its pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count as counter

from biasaudit.report.charts import Point, position
from biasaudit.report.pictures import Pictures
from biasaudit.report.words import OPEN, OVERALL, PROBLEMS, VERDICTS, count, meaning
from biasaudit.results import RUNGS, Audit, Breakdown, Check, CueMap, Excluded, Finding

MOST_PICTURES = 6
"""Examples, and as many counterexamples, that a finding shows as pictures; all of them are named."""
CUES = ("property", "artefact", "file", "metadata")
"""Kinds of findings about something that is measured in each image."""
MOST_ROWS = 500
"""Rows of a table; the rest are in audit.json."""


def heat_key(finding: Finding) -> str | None:
    """What a finding's heatmaps are saved under: its class, or itself where it shows a pattern and not the class."""
    return finding.id if finding.regions else finding.label


@dataclass(frozen=True)
class Exhibit:
    """One image as evidence: the elements that hold its pictures, None where none was saved."""

    image_id: str
    photo: str | None
    heatmap: str | None


@dataclass(frozen=True)
class Chapter:
    """One finding with its pictures, and the findings that tell the same story folded under it."""

    number: str
    finding: Finding
    examples: tuple[Exhibit, ...]
    counterexamples: tuple[Exhibit, ...]
    followers: tuple[Chapter, ...] = ()

    @property
    def pair(self) -> tuple[Exhibit | None, Exhibit | None]:
        """The strongest example and counterexample, or a picture and its copy, for the first screen."""
        if self.finding.kind == "leakage":
            return next(iter(self.examples), None), next(iter(self.examples[1:]), None)
        return next(iter(self.examples), None), next(iter(self.counterexamples), None)

    @property
    def has_photos(self) -> bool:
        """Whether any of its pictures was saved: otherwise names replace a dozen empty frames."""
        return any(exhibit.photo for exhibit in self.examples + self.counterexamples)

    @property
    def has_heatmaps(self) -> bool:
        """The same of its heatmaps."""
        return any(exhibit.heatmap for exhibit in self.examples + self.counterexamples)


class View:
    """An audit as a page reads it, from top to bottom."""

    def __init__(self, audit: Audit, pictures: Pictures) -> None:
        self.audit = audit
        self.pictures = pictures

    @cached_property
    def chapters(self) -> tuple[Chapter, ...]:
        """The findings to read, most serious first, each with those that tell the same story."""
        problems = [finding for finding in self.audit.findings if finding.verdict in PROBLEMS]
        leaders = [finding for finding in problems if _leader(finding, problems) is finding]
        return tuple(self._chapter(str(n), leader, problems) for n, leader in enumerate(leaders, 1))

    def _chapter(self, number: str, finding: Finding, problems: Sequence[Finding]) -> Chapter:
        numbers = counter(1)
        examples = self._exhibits(finding, finding.examples)
        counterexamples = self._exhibits(finding, finding.counterexamples)
        followers = tuple(
            self._chapter(f"{number}.{next(numbers)}", other, ())
            for other in problems
            if other is not finding and _leader(other, problems) is finding
        )
        return Chapter(number, finding, examples, counterexamples, followers)

    def _exhibits(self, finding: Finding, ids: Sequence[str], most: int = MOST_PICTURES) -> tuple[Exhibit, ...]:
        return tuple(
            Exhibit(name, self.pictures.photo(name), self.pictures.heatmap(name, heat_key(finding)))
            for name in ids[:most]
        )

    @cached_property
    def looked_at(self) -> tuple[Chapter, ...]:
        """Patterns that are tied to a class, and that nothing says are not its subject."""
        clear = [each for each in self.audit.findings if each.verdict == "clear" and each.kind == "discovered"]
        found = [each for each in clear if each.rungs["association"].state == "yes"]
        return tuple(Chapter("", each, self._exhibits(each, each.examples, 4), ()) for each in found[:12])

    def map_of(self, finding: Finding) -> CueMap | None:
        """Whether the evidence moves onto this finding's cue once it is put in; None where that was not asked."""
        cues = self.audit.attribution.cues if self.audit.attribution else ()
        return next((each for each in cues if (each.kind, each.cue) == (finding.kind, finding.cue)), None)

    @property
    def about_people(self) -> list[Breakdown]:
        """The breakdowns by one column about people."""
        return [each for each in self.audit.subgroups if each.about_people and not each.crossed]

    @property
    def crossed(self) -> list[Breakdown]:
        """Those by two columns at once."""
        return [each for each in self.audit.subgroups if each.crossed]

    @property
    def other_columns(self) -> list[Breakdown]:
        """Those by columns about anything else."""
        return [each for each in self.audit.subgroups if not each.about_people]

    def told_by_group(self, each: Breakdown) -> list[str]:
        """The figures that a table by group has room for; all of them are in audit.json."""
        known = {name for group in each.groups for name in group.figures}
        starts = ("share of", "accuracy", "balanced accuracy", "sensitivity of", "specificity of", "AUC")
        wanted = [name for start in starts for name in sorted(known) if name.startswith(start)]
        shares = sorted((n, f"share of {label}") for label, n in self.audit.dataset.classes.items())
        rarest = [name for _, name in shares[: 1 if len(shares) == 2 else 3]]
        return [name for name in wanted if not name.startswith("share of") or name in rarest][:8]

    @property
    def clear(self) -> list[Finding]:
        """Cues that were tested without a finding."""
        shown = [*self.views, *(chapter.finding for chapter in self.looked_at)]
        return [each for each in self.audit.findings if each.verdict == "clear" and each not in shown]

    @property
    def views(self) -> list[Finding]:
        """What tells the label without showing the subject, the most telling first."""
        told = [each for each in self.audit.findings if each.kind == "view" and each.rungs["association"].estimate]
        return sorted(told, key=lambda each: -each.rungs["association"].estimate.value)  # type: ignore[union-attr]

    @property
    def untested(self) -> list[Finding]:
        """Cues that could not be tested."""
        return [each for each in self.audit.findings if each.verdict == "untested"]

    @property
    def meaning(self) -> str:
        """What the verdict says; of a shortcut how the first one was shown to be used."""
        first = next((each for each in self.audit.findings if each.verdict == "shortcut"), None)
        shown = self.audit.verdict == "shortcut" and first is not None
        return meaning(first) if shown and first else OVERALL[self.audit.verdict].meaning

    @property
    def how_sure(self) -> str:
        """How sure the verdict is, in a sentence or two, from the first finding that gave it; "" where it gave none."""
        if self.audit.verdict == "none_detected":
            return (
                "An effect of the size that stands beside each question under “Clear” would most likely have been seen."
            )
        named = ("suspect", "unidentifiable") if self.audit.verdict == "suspect" else (self.audit.verdict,)
        first = next((each for each in self.audit.findings if each.verdict in named), None)
        if first is None:
            return ""
        rungs = [first.rungs[name] for name in ("reliance", "association", "disparity") if name in first.rungs]
        rung = next((each for each in rungs if each.state == "yes"), None)
        if rung is None or rung.q_value is None:
            return ""
        chance = f"less than {max(rung.q_value, 0.001):.1%}" if rung.q_value < 0.001 else f"about {rung.q_value:.1%}"
        return (
            f"{rung.why} Were there nothing, so much would be seen in {chance} of such tests, all those made counted."
        )

    @property
    def without_subject(self) -> Finding | None:
        """What is told with the centre blacked out, where that is clearly above chance: for the first screen."""
        found = next((each for each in self.views if each.cue == "background"), None)
        return found if found and found.rungs["association"].state == "yes" else None

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Findings by verdict, most serious first, without what is shown for a person to judge; none of 0."""
        shown = {finding.id for finding in (*self.views, *(chapter.finding for chapter in self.looked_at))}
        seen = Counter(finding.verdict for finding in self.audit.findings if finding.id not in shown)
        return [(verdict, seen[verdict]) for verdict in VERDICTS if seen[verdict]]  # type: ignore[index]

    @property
    def titles(self) -> dict[str, str]:
        """Finding id -> title, for links between findings of one story."""
        return {finding.id: finding.title for finding in self.audit.findings}

    @property
    def points(self) -> list[Point]:
        """Every cue whose tie to the label has a figure, for the association strip."""
        numbers = {each.finding.id: each.number for one in self.chapters for each in (one, *one.followers)}
        return [
            Point(numbers.get(finding.id, ""), finding.verdict, position(rung.estimate))
            for finding in self.audit.findings
            if finding.kind in (*CUES, "discovered") and (rung := finding.rungs.get("association")) and rung.estimate
        ]

    @property
    def checks(self) -> list[Check]:
        """Every check, those that failed or were skipped first."""
        return sorted(self.audit.checks, key=lambda check: ("failed", "skipped", "ran").index(check.status))

    @property
    def tests(self) -> int:
        """How many tests the audit made: the family that its q-values are corrected over."""
        return sum(check.tests for check in self.audit.checks)

    @property
    def excluded(self) -> list[tuple[str, str, int]]:
        """(reason, class, files) of the files left out, commonest first."""
        seen = Counter((each.reason, each.label or "no class") for each in self.audit.dataset.excluded)
        return [(reason, label, n) for (reason, label), n in seen.most_common(MOST_ROWS)]

    @property
    def excluded_files(self) -> tuple[Excluded, ...]:
        """The files left out, as many as one table shows."""
        return self.audit.dataset.excluded[:MOST_ROWS]

    def not_tested(self) -> Iterator[tuple[str, str]]:
        """(what, where in the page) was not tested: the first screen's warning against reading too much."""
        if self.audit.model is None and not self.audit.settings.get("scan"):
            yield "What a model uses: it could not be trained.", "#model"
        elif self.audit.model is None:
            yield "Whether a model uses any of this: a scan of the data trains no model.", "#model"
        elif not self.audit.model.learnt:
            yield "What a model uses: this one did not learn to tell the classes apart.", "#model"
        else:
            yield from self._untested_rungs()
        if self.untested:
            yield f"{count(len(self.untested), 'question')} that could not be tested at all.", "#untested"
        for status, word in (("failed", "failed"), ("skipped", "skipped")):
            checks = [check.detector for check in self.audit.checks if check.status == status]
            if checks:
                named = ", ".join(checks[:3]) + (" and others" if len(checks) > 3 else "")
                yield f"{count(len(checks), 'check')} {word}: {named}.", "#coverage"
        if self.audit.dataset.excluded:
            yield f"{count(len(self.audit.dataset.excluded), 'file')} left out of the audit.", "#excluded"
        constant = sum(finding.kind in CUES and not finding.rungs["association"].estimate for finding in self.clear)
        if constant:
            yield (
                f"{count(constant, 'trait')} that {'is' if constant == 1 else 'are'} the same in every picture.",
                "#clear",
            )
        searched = any(check.detector == "discovery" and check.status == "ran" for check in self.audit.checks)
        found = " and no search finds: small ones, and those that vary as subjects do" if searched else ""
        yield f"Marks that nothing here measures{found}.", "#coverage"
        if not self.about_people:
            yield (
                "Groups of people: no column says whose pictures these are.",
                "#subgroups" if self.other_columns else "#data",
            )
        yield "Whether the labels are right, and pictures from anywhere else.", "#coverage"

    def _untested_rungs(self) -> Iterator[tuple[str, str]]:
        """Questions left open for the findings; of clear cues they need not be asked."""
        problems = [finding for finding in self.audit.findings if finding.verdict in PROBLEMS]
        for rung in RUNGS[1:]:
            n = sum(finding.rungs[rung].state == "untested" for finding in problems if rung in finding.rungs)
            if n:
                yield f"For {n} of {count(len(problems), 'finding')}: {OPEN[rung]}.", "#findings"


def _leader(finding: Finding, problems: Sequence[Finding]) -> Finding:
    """The finding whose section this one is folded into; itself where it leads, or where nobody does."""
    if finding.leads:
        return finding
    for other in problems:
        if other.leads and (other.id in finding.story or finding.id in other.story):
            return other
    return finding
