"""JUnit XML that any reader parses: a finding that is named fails, its clean twin passes."""

import sys
from xml.etree import ElementTree

import pytest

from biasaudit import cli
from biasaudit.output.junit import to_junit
from tests.golden import hostile_audit, sample_audit
from tests.planted import ARTEFACTS, brighter, plant


def read(audit, fails=()):
    """Suite name -> case name -> the child's tag, "" where it passed."""
    root = ElementTree.fromstring(to_junit(audit, fails))
    return {
        suite.get("name"): {case.get("name"): next((child.tag for child in case), "") for case in suite}
        for suite in root
    }


def test_shortcuts_fail_and_clear_cues_pass():
    cases = read(sample_audit())["biasaudit findings"]
    assert cases["artefact-ruler"] == "failure"
    assert read(sample_audit())["biasaudit conclusions"]["mark-ruler"] == "failure"
    assert cases["property-brightness"] == ""
    assert cases["metadata-hospital"] == ""
    assert cases["file-jpeg_quality"] == "skipped"
    assert "failure" not in read(sample_audit(findings=sample_audit().findings[-2:]))["biasaudit findings"].values()


def test_what_fail_on_names_fails_in_its_place():
    cases = read(sample_audit(), {"suspect"})["biasaudit findings"]
    assert (cases["metadata-hospital"], cases["artefact-ruler"]) == ("failure", "")


def test_checks_say_whether_they_ran():
    cases = read(sample_audit())["biasaudit checks"]
    assert (cases["association"], cases["duplicates"], cases["subgroups"]) == ("", "skipped", "error")
    assert read(sample_audit(verdict="inconclusive"))["biasaudit checks"]["verdict"] == "error"


def test_the_totals_are_those_of_the_cases():
    for suite in ElementTree.fromstring(to_junit(sample_audit())):
        assert int(suite.get("tests")) == len(list(suite))
        for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(key)) == len(suite.findall(f"*/{tag}"))


@pytest.mark.parametrize("fails", [(), ("gap", "shortcut")])
def test_hostile_names_are_text_and_nothing_else(fails):
    text = to_junit(hostile_audit(), fails)
    root = ElementTree.fromstring(text)
    assert {element.tag for element in root.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "error", "skipped"
    }  # fmt: skip
    assert "\x00" not in text
    assert any("alert(2)" in (case.get("name") or "") for case in root.iter("testcase"))


@pytest.mark.parametrize(("insert", "failed"), [(brighter, ["appearance"]), (None, [])])
def test_a_scan_writes_it_where_asked_and_the_clean_twin_passes(tmp_path, monkeypatch, insert, failed):
    plant(tmp_path / "photos", insert, n=120)
    out, file = tmp_path / "out", tmp_path / "audit.xml"
    without = ",".join((*ARTEFACTS, "entropy", "contrast", "exclusions"))
    options = ["--out", out, "--junit", file, "--fail-on", "ask", "--without", without, "-q"]
    monkeypatch.setattr(sys, "argv", ["biasaudit", "scan", str(tmp_path / "photos"), *map(str, options)])
    with pytest.raises(SystemExit) as exit:
        cli.main()
    assert exit.value.code == int(bool(failed))
    cases = ElementTree.parse(file).getroot().iter("testcase")
    fails = [case.get("name") for case in cases if case.find("failure") is not None]
    assert fails[:1] == failed
