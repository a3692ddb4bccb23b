"""The classes come from different sources: what cannot be the subject tells them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.conclusions.standing import PROBLEMS, is_mark, level_of, slug
from biasaudit.results import NOTHING, Conclusion, Estimate, Finding, Level, Sentence, paragraph, say

EDGE = 0.9
"""AUC of the outer edge alone from which it tells of sources, where no subject reaches the edge. In pictures of scenes
it is content, and concludes nothing."""
BEYOND_A_MARK = 0.03
"""AUC by which the edge has to tell more than the mark that tells most: else the mark is the cause."""
INSEPARABLE = 0.97
"""The same from which hardly anything but the source is left to learn."""
WHOLE = 0.9
"""AUC of files or edge from which the light, the colours and the marks of the classes are signs of the sources."""
CONTENT = ("bytes_per_pixel", "aspect_ratio", "orientation")
"""Traits of files that follow the subject as well."""
SIGNS = ("artefact", "discovered", "property")
"""Kinds of findings that can be signs of a source."""
WHO = say("Whoever collected the pictures: where does each class come from?")


def source(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """One conclusion from the files and the edges of the pictures, and one for each column that says it alone."""
    whole = _whole(findings, about)
    if whole is not None:
        yield whole
    told = set(whole.findings) if whole else set()
    for finding in findings:
        if finding.id not in told and _says_it_alone(finding, findings, about):
            story = _with_story(finding, findings, told)
            told.update(story)
            yield Conclusion(
                id=f"source-{slug(finding.id)}",
                kind="source",
                level=level_of(finding),
                sentence=finding.title,
                label=finding.label,
                findings=story,
                who_decides=WHO,
                what_to_do=finding.recommendation,
            )


def _whole(findings: Sequence[Finding], about: About) -> Conclusion | None:
    files = next((each for each in findings if each.id == "file-source"), None)
    edge = next((each for each in findings if each.id == "view-border"), None)
    by_files = files is not None and files.verdict in ("suspect", "unidentifiable")
    by_edge = edge is not None and about.edge_is_free and _edge_tells(edge, findings, about)
    used = [each for each in findings if _is_trait(each) and each.verdict == "shortcut"]
    if not (by_files or by_edge or used):
        return None
    strongest = max((_area(each) for each, on in ((files, by_files), (edge, by_edge)) if on and each), default=0.0)
    traits = [each for each in findings if each.kind == "file" and each.verdict in PROBLEMS and each != files]
    signs = [each for each in findings if each.verdict in PROBLEMS and each.kind in SIGNS and strongest >= WHOLE]
    leading = [each for each, on in ((files, by_files), (edge, by_edge)) if on and each is not None]
    leading.sort(key=_area, reverse=True)
    told = leading or used
    marks = [each for each in signs if is_mark(each, about)]
    return Conclusion(
        id="source",
        kind="source",
        level=_level(strongest, [*used, *(each for each in marks if each.verdict == "shortcut")]),
        sentence=paragraph(_said(told[0]), _sign(marks)),
        label=files.label if files is not None and by_files else told[0].label,
        findings=tuple(dict.fromkeys(each.id for each in (*told, *traits, *marks, *signs))),
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


def _level(strongest: float, used: Sequence[Finding]) -> Level:
    if used:
        return "shortcut"
    return "unidentifiable" if strongest >= INSEPARABLE else "suspect"


def _edge_tells(edge: Finding, findings: Sequence[Finding], about: About) -> bool:
    """Whether the edge tells the classes well, and better than the mark that tells most."""
    area = _tie(edge)
    if area is None or edge.rungs["association"].state != "yes" or area.value < EDGE:
        return False
    marks = [_area(each) for each in findings if is_mark(each, about) and each.verdict in PROBLEMS]
    return area.value >= max(marks, default=0.0) + BEYOND_A_MARK


def _is_trait(finding: Finding) -> bool:
    """Whether it is a trait of the file that leaves something in the pixels and that no subject has."""
    return finding.kind == "file" and finding.detector == "rungs" and finding.cue not in (*CONTENT, "file_name")


def _says_it_alone(finding: Finding, findings: Sequence[Finding], about: About) -> bool:
    """Whether it is a column of the table, or files that were lost, that tell a class by themselves."""
    if finding.verdict not in PROBLEMS or finding.verdict == "gap":
        return False
    if finding.kind == "file":
        return finding.detector != "rungs"
    return finding.kind == "metadata" and not about.of_people(finding) and not _of_a_mark(finding, findings)


def _of_a_mark(finding: Finding, findings: Sequence[Finding]) -> bool:
    return any(each.id in finding.story and each.kind == "artefact" for each in findings)


def _with_story(finding: Finding, findings: Sequence[Finding], told: set[str]) -> tuple[str, ...]:
    """The finding and those that tell its story, but for what is about people."""
    story = [each.id for each in findings if each.id in finding.story and each.kind in ("metadata", "file", "property")]
    return (finding.id, *(each for each in story if each not in told))


def _tie(finding: Finding) -> Estimate | None:
    return finding.rungs["association"].estimate if "association" in finding.rungs else None


def _area(finding: Finding) -> float:
    tie = _tie(finding)
    return tie.value if tie is not None and (tie.null, tie.limit) == (0.5, 1.0) else 0.0
