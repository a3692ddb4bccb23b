"""An audit as JUnit XML, which every CI server shows: one test case a conclusion, one a finding and one a check."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from biasaudit.results import Audit, Check, Conclusion, Finding
from biasaudit.runtime.cache import write_text

FAILS = ("shortcut",)
"""Levels of conclusions that fail where the user names none."""
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(audit: Audit, fails: Collection[str] = ()) -> str:
    """The XML text. A conclusion whose level is among `fails` (where empty: `FAILS`) is a failure, and so are those of
    its findings that have such a verdict; what is `untested` is skipped, and a check that failed is an error, as is an
    audit that is inconclusive."""
    fails = fails or FAILS
    failing = {name for each in audit.conclusions if each.words & {*fails} for name in each.findings}
    suites = Element("testsuites")
    for name, cases in (
        ("conclusions", [_of_conclusion(each, fails) for each in audit.conclusions]),
        ("findings", [_of_finding(each, fails if each.id in failing else ()) for each in audit.findings]),
        ("checks", [_of_audit(audit), *map(_of_check, audit.checks)]),
    ):
        suite = SubElement(suites, "testsuite", name=f"biasaudit {name}")
        suite.extend(cases)
        count = {kind: sum(case.find(kind) is not None for case in cases) for kind in ("failure", "error", "skipped")}
        totals = {"tests": len(cases), "failures": count["failure"], "errors": count["error"], **count}
        for key in ("tests", "failures", "errors", "skipped"):
            suite.set(key, str(totals[key]))
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def write_junit(file: Path, audit: Audit, fails: Collection[str] = ()) -> Path:
    """Write the XML whole or not at all; returns the file."""
    return write_text(file, to_junit(audit, fails))


def _case(kind: str, name: str) -> Element:
    return Element("testcase", classname=_plain(f"biasaudit.{kind}"), name=_plain(name), time="0")


def _told(case: Element, what: str, message: str, kind: str = "", text: str = "") -> Element:
    told = SubElement(case, what, message=_plain(message))
    if kind:
        told.set("type", _plain(kind))
    told.text = _plain(text) or None
    return case


def _of_conclusion(conclusion: Conclusion, fails: Collection[str]) -> Element:
    case = _case("conclusion", conclusion.id)
    if conclusion.words & {*fails}:
        return _told(case, "failure", conclusion.sentence, conclusion.level, conclusion.what_to_do)
    return case


def _of_finding(finding: Finding, fails: Collection[str]) -> Element:
    case = _case(finding.kind, finding.id)
    if finding.verdict in fails:
        why = "\n".join(f"{name}: {rung.state}. {rung.why}" for name, rung in finding.rungs.items())
        return _told(case, "failure", finding.title, finding.verdict, f"{why}\n{finding.recommendation}")
    return _told(case, "skipped", finding.title) if finding.verdict == "untested" else case


def _of_check(check: Check) -> Element:
    case = _case("check", check.detector)
    if check.status == "ran":
        return case
    return _told(case, "error" if check.status == "failed" else "skipped", check.reason)


def _of_audit(audit: Audit) -> Element:
    case = _case("audit", "verdict")
    return _told(case, "error", audit.headline, audit.verdict) if audit.verdict == "inconclusive" else case


def _plain(text: str) -> str:
    """Without what XML cannot hold (control characters, half characters), shown as a sign."""
    return _NOT_XML.sub("\ufffd", text)
