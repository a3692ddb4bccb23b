"""What people decided about findings: read from a review file, kept by finding id, and taken at their word."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from biasaudit.conclude import wording
from biasaudit.conclude.conclusions import conclusions
from biasaudit.conclude.conclusions.about import about
from biasaudit.conclude.verdicts import ORDER, audit_verdict
from biasaudit.detectors.discovery import LOOKED_AT
from biasaudit.errors import UsageError
from biasaudit.report.words import both_ends
from biasaudit.results import Audit, Finding, Name, Record, Review, Verdict, say
from biasaudit.runtime.reading import bytes_of

LARGEST = 5_000_000
"""Bytes of a review file: some thousand decisions with long comments."""
RECORDS = TypeAdapter(tuple[Review, ...])


class ReviewFile(Record):
    """What the report's page saves."""

    schema_version: Literal["1.0"]
    audit: str = Field(max_length=64)
    """Fingerprint of the data that were judged."""
    reviews: tuple[Review, ...]


def read_reviews(file: Path) -> tuple[Review, ...]:
    """The records of a review file: what the report's page saves, or a JSON list of objects with `finding` and
    `decision`, and where wanted `comment`, `name`, `date` and `data` (the fingerprint of the data that were judged). Of
    two about one finding the last counts.

    Raises UsageError, naming the record, where it is none; bounds stand in `Review`.
    """
    name = both_ends(str(file), 200)
    try:
        text = bytes_of(file, LARGEST)
        if text.lstrip()[:1] == b"{":
            saved = ReviewFile.model_validate_json(text)
            records = tuple(review.model_copy(update={"data": review.data or saved.audit}) for review in saved.reviews)
        else:
            records = RECORDS.validate_json(text)
    except OSError as error:
        raise UsageError(f"--review: cannot read {name}: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = " ".join(str(part) for part in first["loc"][:3])
        place = f"record {where}" if where else "the file"
        raise UsageError(f"--review: {name} is no review file: {both_ends(place, 80)}: {first['msg']}.") from error
    return tuple({review.finding: review for review in records}.values())


def reviewed(audit: Audit, reviews: Iterable[Review]) -> Audit:
    """The audit with these reviews, which come before those that it has.

    They stand beside the findings, and change no verdict but that of a discovered pattern: one called not the subject
    is a `shortcut` where the model uses it, and one called the subject is `clear`. Where a review names other data it
    changes nothing, since patterns are numbered anew in other images.
    """
    known = {review.finding: review for review in (*audit.reviews, *reviews)}
    findings = tuple(_judged(each, known.get(each.id), audit.dataset.fingerprint) for each in audit.findings)
    changed: dict[str, Any] = {"reviews": tuple(known.values()), "findings": findings}
    if [each.verdict for each in findings] != [each.verdict for each in audit.findings]:
        findings = tuple(sorted(findings, key=lambda each: ORDER.index(each.verdict)))
        learnt = audit.model.learnt if audit.model else None
        of_data = about(audit.subgroups, audit.dataset.field, audit.settings.get("subject"), len(audit.dataset.classes))
        priced = {each.id: each.untied for each in audit.conclusions}
        found = tuple(
            each.model_copy(update={"untied": priced.get(each.id)}) for each in conclusions(findings, of_data)
        )
        changed |= {
            "findings": findings,
            "conclusions": found,
            "untied": audit.untied if {each.id for each in found} >= {*priced} else None,
            "verdict": audit_verdict(findings, found, learnt),
            "headline": wording.headline(findings, found, learnt, mediators=audit.settings.get("mediator", ())),
        }
    return audit.model_copy(update=changed)


def _judged(finding: Finding, review: Review | None, fingerprint: str) -> Finding:
    pattern = finding.kind == "discovered" and finding.detector == "rungs"
    settled = review is not None and review.decision in ("subject", "not the subject")
    if review is None or not pattern or not settled or review.data not in ("", fingerprint):
        return finding
    tied = finding.rungs["association"].state == "yes"
    used = tied and finding.rungs["reliance"].state == "yes"
    shortcut = used and review.decision == "not the subject"
    verdict: Verdict = "shortcut" if shortcut else "untested" if finding.verdict == "untested" else "clear"
    advice = wording.NOTHING_TO_DO
    if shortcut:
        advice = say(
            "Do not trust a model trained on these pictures where the pattern misleads. Mask it, or collect {label} "
            "images without it and other images with it; then train and audit again.",
            label=Name("label", str(finding.label)),
        )
    return finding.model_copy(
        update={
            "verdict": verdict,
            "section": LOOKED_AT if verdict == "clear" and tied else None,
            "title": wording.judged_title(finding.title, subject=review.decision == "subject"),
            "recommendation": advice,
        }
    )
