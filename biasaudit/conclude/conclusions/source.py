"""The classes come from different sources: what cannot be the subject tells them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.conclusions.standing import PROBLEMS, is_mark, told_in_files
from biasaudit.detectors.sources import INSEPARABLE
from biasaudit.evidence.source_traits import OF_THE_SUBJECT
from biasaudit.results import NOTHING, Conclusion, Estimate, Finding, Level, Sentence, paragraph, say

EDGE = 0.9
"""AUC of the outer edge alone, at the lower end of its interval, from which it tells of sources, where no subject
reaches the edge. In pictures of scenes it is content, and concludes nothing."""
BEYOND_A_MARK = 0.03
"""AUC by which the edge has to tell more than the mark that tells most: else the mark is the cause."""
AS_MUCH, AT_MOST = 0.03, 0.08
"""AUC by which a trait may tell less than all of them together, and still lead the evidence; and by which it may where
their interval is as wide."""
CAUSES = ("shortcut", "unidentifiable", "suspect")
"""Verdicts of what may be a cause of what tells."""
WHOLE = 0.9
"""AUC of files or edge from which the light, the colours and the marks of the classes are signs of the sources."""
SIGNS = ("artefact", "discovered", "property")
"""Kinds of findings that can be signs of a source."""
WHO = say("Whoever collected the pictures: where does each class come from?")


def source(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """One conclusion, from the traits of the files together, each alone where that is enough, and the outer edge."""
    files = next((each for each in findings if each.id == "file-source"), None)
    edge = next((each for each in findings if each.id == "view-border"), None)
    joint = [each for each in (files,) if each is not None and each.verdict in ("suspect", "unidentifiable")]
    joint += [each for each in (edge,) if each is not None and about.edge_is_free and _tells(each, findings, about)]
    joint.sort(key=_area, reverse=True)
    alone = [each for each in findings if _is_trait(each) and _is_enough(each, files)]
    told = joint or alone
    if not told:
        return
    strongest = max(map(_area, joint), default=0.0)
    label = next((each.label for each in told if each.label), None)
    signs = [each for each in findings if strongest >= WHOLE and _is_sign(each, label, about)]
    marks = [each for each in signs if is_mark(each, about)]
    traits = [each for each in findings if told_in_files(each) and each.cue != "file_name" and each != files]
    leading = [each for each in traits if joint and _area(each) >= _as_much_as(joint[0])]
    causes = _causes(traits, findings, label, about) if joint else []
    used = [each for each in (*alone, *marks, *causes) if each.verdict == "shortcut"]
    yield Conclusion(
        id="source",
        kind="source",
        level=_level(strongest, told, used),
        sentence=paragraph(_said(told[0]), _sign(marks), _cause(causes)),
        label=label,
        findings=tuple(dict.fromkeys(each.id for each in (*causes, *leading, *told, *traits, *marks, *signs))),
        who_decides=WHO,
        what_to_do=say(
            "Do not rely on accuracy measured in these pictures. Collect each class from every source, or compare "
            "within one source."
        ),
    )


def _said(finding: Finding) -> Sentence:
    if finding.id != "view-border":
        return Sentence(finding.title)
    return say(
        "The classes come from different sources: by the outer edge of the pictures alone, where the subject is not, "
        "{pairs} of 100 pairs of pictures are told apart (50 would be chance).",
        pairs=round(100 * _area(finding)),
    )


def _sign(marks: Sequence[Finding]) -> Sentence:
    """One thing that can be seen of it."""
    return say("One visible sign: {mark!l}", mark=Sentence(marks[0].title)) if marks else NOTHING


def _causes(traits: Sequence[Finding], findings: Sequence[Finding], label: str | None, about: About) -> list[Finding]:
    """The look or the trait that the trait that tells most follows from: sharpening takes an earlier saving's trace
    away, and so does resizing. A mark is a conclusion of its own, and so is a group that the model fails for."""
    of_it = [each for each in traits if about.classes <= 2 or label is None or each.label == label]
    strongest = max(of_it, key=_area, default=None)
    causes = [each for each in findings if strongest is not None and each.id == strongest.follows]
    return [each for each in causes if each.kind in ("property", "file") and each.verdict in CAUSES]


def _cause(causes: Sequence[Finding]) -> Sentence:
    """A look that changes a trait is said; of two traits the one is among what tells already."""
    looks = [each for each in causes if each.kind == "property"]
    return say("What tells them may come with this: {look!l}", look=Sentence(looks[0].title)) if looks else NOTHING


def _level(strongest: float, told: Sequence[Finding], used: Sequence[Finding]) -> Level:
    if used:
        return "shortcut"
    apart = strongest >= INSEPARABLE or any(each.verdict == "unidentifiable" for each in told)
    return "unidentifiable" if apart else "suspect"


def _tells(edge: Finding, findings: Sequence[Finding], about: About) -> bool:
    """Whether the edge tells the classes well, and better than the mark that tells most."""
    area = _tie(edge)
    if area is None or edge.rungs["association"].state != "yes" or area.low < EDGE:
        return False
    marks = [_area(each) for each in findings if is_mark(each, about) and each.verdict in PROBLEMS]
    return area.value >= max(marks, default=0.0) + BEYOND_A_MARK


def _is_trait(finding: Finding) -> bool:
    """Whether it is a trait of the file that leaves something in the pixels and that no subject has."""
    return told_in_files(finding) and finding.detector == "rungs" and finding.cue not in OF_THE_SUBJECT


def _is_enough(trait: Finding, files: Finding | None) -> bool:
    """Whether a trait by itself says it: it is used, or cannot be told from the class, or no joint test was made."""
    asked = files is not None and files.verdict != "untested"
    return trait.verdict in ("shortcut", "unidentifiable") or (trait.verdict == "suspect" and not asked)


def _is_sign(finding: Finding, label: str | None, about: About) -> bool:
    """Whether it goes with the source: of several classes, with the class that comes from it. What is up for review is
    a question of its own."""
    if finding.kind not in SIGNS or finding.verdict not in PROBLEMS or finding.verdict in ("review", "gap"):
        return False
    return about.classes <= 2 or label is None or finding.label == label


def _tie(finding: Finding) -> Estimate | None:
    return finding.rungs["association"].estimate if "association" in finding.rungs else None


def _as_much_as(joint: Finding) -> float:
    """AUC from which a trait tells as much as all of them together."""
    tie = _tie(joint)
    low = tie.low if tie is not None else 1.0
    return min(_area(joint) - AS_MUCH, max(_area(joint) - AT_MOST, low))


def _area(finding: Finding) -> float:
    tie = _tie(finding)
    return tie.value if tie is not None and (tie.null, tie.limit) == (0.5, 1.0) else 0.0
