"""Every finding can be reached, opened, filtered and reviewed by keyboard alone, and the review is saved as a file."""

from __future__ import annotations

import json
import re

import pytest

from biasaudit.report.words import PROBLEMS
from tests.golden import hostile_audit, sample_audit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOCUS = "() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
IN_VIEW = """() => {
    const box = document.activeElement.getBoundingClientRect();
    return box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}"""


def tab_to(page, selector: str, most: int = 400) -> None:
    """Press Tab until the focus stands on what `selector` names, which must then be on the screen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate(IN_VIEW), selector
            return
    pytest.fail(f"no Tab leads to {selector}; the focus stands on {page.evaluate(FOCUS)}")


def test_every_finding_is_opened_judged_and_saved(watch, sample, tmp_path):
    watched = watch(accept_downloads=True)
    page = watched.open(sample)
    audit = sample_audit()
    wanted = [finding for finding in audit.findings if finding.verdict in PROBLEMS]
    for n, finding in enumerate(wanted):
        where = f"[data-verdict][id='{finding.id}']"
        if not finding.leads:
            tab_to(page, f"{where} > summary")
            page.keyboard.press("Enter")
        tab_to(page, f"{where} > fieldset input[type=radio]")
        page.keyboard.press("Space")
        for _ in range(n % 3):
            page.keyboard.press("ArrowDown")
        tab_to(page, f"{where} > fieldset textarea")
        page.keyboard.type(f'Because of <b>"{n}"</b> ü')
    tab_to(page, "#reviewer")
    page.keyboard.type("A. Reader")
    tab_to(page, "#download-review")
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    started.value.save_as(tmp_path / "review.json")
    review = json.loads((tmp_path / "review.json").read_text(encoding="utf-8"))
    assert review["schema_version"] == "1.0"
    assert review["audit"] == audit.dataset.fingerprint
    assert [each["finding"] for each in review["reviews"]] == [finding.id for finding in wanted]
    decisions = ["accept", "dispute", "needs data"]
    assert [each["decision"] for each in review["reviews"]] == [decisions[n % 3] for n in range(len(wanted))]
    assert review["reviews"][1]["comment"] == 'Because of <b>"1"</b> ü'
    assert {each["name"] for each in review["reviews"]} == {"A. Reader"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", each["date"]) for each in review["reviews"])
    assert page.locator(".tick.ticked").all_text_contents() == [each["decision"] for each in review["reviews"]]
    assert watched.wrong == []

    other = watch().open(sample)  # and go on another day
    other.locator("#earlier-review").set_input_files(tmp_path / "review.json")
    other.wait_for_function("document.querySelectorAll('.tick.ticked').length")
    assert other.locator(".tick.ticked").count() == len(wanted)


def test_a_review_says_who_and_when_before_it_is_saved(watch, sample):
    page = watch().open(sample)
    page.locator("#download-review").click()
    assert "Nothing decided" in page.locator("#review-status").inner_text()
    page.locator("article fieldset.decision input").first.check()
    page.locator("#download-review").click()
    assert page.evaluate(FOCUS) == "reviewer"
    page.locator("article .withdraw").first.click()
    assert page.locator(".tick.ticked").count() == 0


def test_hostile_ids_come_back_as_they_are(watch, tmp_path, report):
    if report[0] != "hostile":
        pytest.skip("the other reports have plain ids")
    watched = watch(accept_downloads=True)
    page = watched.open(report[1])
    page.locator("article fieldset.decision input").first.check()
    page.locator("#reviewer").fill("</script><script>alert(1)</script>")
    with page.expect_download() as started:
        page.locator("#download-review").click()
    started.value.save_as(tmp_path / "review.json")
    saved = json.loads((tmp_path / "review.json").read_text(encoding="utf-8"))
    assert saved["reviews"][0]["finding"] == hostile_audit().findings[0].id
    page.locator("#earlier-review").set_input_files(
        {"name": "review.json", "mimeType": "application/json", "buffer": b"[not json"}
    )
    page.wait_for_function("document.getElementById('review-status').textContent.includes('no review file')")
    assert watched.wrong == []


def test_filters_are_reached_and_say_what_they_leave(watch, sample):
    page = watch().open(sample)
    tab_to(page, "#by-verdict")
    page.keyboard.type("Cannot")
    assert page.locator("article.finding:visible").count() == 1
    assert page.locator("#filtered").inner_text().startswith("1 of ")
    tab_to(page, "#by-kind")
    tab_to(page, "#by-text")
    tab_to(page, "#show-all")
    page.keyboard.press("Enter")
    everything = page.locator("article.finding:visible").count()
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("hospital b")
    assert 0 < page.locator("article.finding:visible").count() < everything
    page.keyboard.press("Control+A")
    page.keyboard.type("sharpness")
    assert page.locator("[id='property-sharpness']").is_visible()


def test_a_picture_is_enlarged_and_escape_leads_back(watch, sample):
    page = watch().open(sample)
    tab_to(page, ".enlarge")
    page.keyboard.press("Enter")
    dialog = page.locator("#enlarged")
    assert dialog.is_visible()
    first = page.locator("#enlarged-name").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator("#enlarged-name").inner_text() != first
    page.keyboard.press("ArrowLeft")
    assert page.locator("#enlarged-name").inner_text() == first
    assert dialog.locator("svg.picture").first.bounding_box()["width"] > 300
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate(FOCUS) == "enlarge"
    page.locator(".exhibits .picture").nth(2).click()
    assert dialog.is_visible()


@pytest.mark.parametrize("finding", ["metadata-ruler", "property-noise", "file-jpeg_quality", "discovered-pattern_1"])
def test_a_link_to_a_finding_opens_what_it_is_folded_into(watch, sample, finding):
    page = watch().open(sample, "#" + finding)
    page.wait_for_timeout(100)
    shown = page.locator(f"[id='{finding}']")
    assert shown.is_visible()
    assert 0 <= shown.bounding_box()["y"] < 900
    page.evaluate("location.hash = ''")
    page.locator("#by-text").fill("nothing has this in it")
    assert not shown.is_visible()
    page.evaluate("id => { location.hash = id }", finding)
    shown.wait_for(state="visible")
