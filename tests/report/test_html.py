"""The report is drawn from hand-made audits: no training, no TensorFlow; and read back by a parser."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from biasaudit.report.html import render, render_fragment
from biasaudit.report.thumbnails import save_average, save_heatmap, save_thumbnail
from biasaudit.report.words import MOST_ROWS
from biasaudit.results import Audit, Check, Excluded, Gallery, say
from tests.golden import GOLDEN, HOSTILE, attribution, clear, hostile_audit, ruler, sample_audit

FETCHES = {"src", "srcset", "action", "formaction", "data", "poster", "background", "ping"}
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Tags, attributes and text, with every id, and a check that what opens also closes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.sources: dict[str, str] = {}
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, {key: value or "" for key, value in attributes}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, {key: value or "" for key, value in attributes}))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("style", "script"):
            self.sources[self.open[-1]] = data
        else:
            self.words.append(data)

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def evidence(tmp_path):
    """A folder with a thumbnail and a heatmap for every image of both audits but one."""
    rng = np.random.default_rng(0)
    for finding in (*sample_audit().findings, *hostile_audit().findings):
        for name in finding.examples + finding.counterexamples:
            rgb = rng.integers(0, 255, (90, 120, 3), dtype=np.uint8)
            save_thumbnail(tmp_path, name, rgb)
            if finding.label and name != "malignant/ISIC_0000001.jpg":
                save_heatmap(tmp_path, name, finding.label, rgb, rng.random((7, 7)))
    for audit in (sample_audit(), hostile_audit()):
        for of_class in audit.attribution.classes if audit.attribution else ():
            save_average(tmp_path, of_class.label, np.full((56, 56, 3), 128, np.uint8), rng.random((30, 30)))
    return tmp_path


def test_the_golden_audit_is_the_sample_audit():
    assert Audit.model_validate_json(GOLDEN.read_text(encoding="utf-8")) == sample_audit()


@pytest.mark.parametrize("make", [sample_audit, hostile_audit])
def test_every_finding_has_one_anchor_and_links_lead_to_anchors(make, evidence):
    audit, page = make(), Page(render(make(), evidence))
    assert len(page.ids) == len(set(page.ids))
    for finding in audit.findings:
        if finding.id.isascii() and finding.id.isprintable() and " " not in finding.id:
            assert finding.id in page.ids
    links = [attributes["href"] for attributes in page.all("a")]
    for href in links:
        assert href.startswith("#")
        assert unquote(href[1:]) in page.ids
    assert all(" " not in key for key in page.ids)


def test_the_first_screen_answers_before_the_findings(evidence):
    text = Page(render(sample_audit(), evidence)).text
    first = text[: text.index("What the verdict words mean")]
    for told in (
        sample_audit().headline,
        "Shortcut 2",
        "Suspect 1",
        "Cannot be told apart 1",
        "Clear 4",  # the pattern that the model looks at is for a person to judge
        "Untested 1",
        "Who decides",
        "What to do",
        "in all",  # the counts add up
        "1 check failed, with the reason",
        "3 files left out",
        "9f2c41d0c7a55be1",
        "It learnt",
        "How sure",
        "Hardly a picture here has the two apart",
        "What was not tested",
        "Whether the labels are right",
        "No model of yours was tested",
        "Fits",
        "Does not fit",
    ):
        assert told in first
    for jargon in ("placebo", "log-odds", "q-value", "p-value"):
        assert jargon not in first.lower()


def test_a_shortcut_says_how_its_use_was_shown():
    tried = ruler()
    use = tried.rungs["reliance"].model_copy(update={"method": "observation", "placebo": None})
    seen = tried.model_copy(update={"rungs": {**tried.rungs, "reliance": use}})
    for finding, told, not_told in (
        (tried, "It was tried", "not tried"),
        (seen, "seen and not tried", "It was tried"),
    ):
        first = Page(render(sample_audit(findings=(finding,)))).text.split("What the verdict words mean")[0]
        assert told in first
        assert not_told not in first


def test_a_failed_training_is_not_called_a_scan():
    text = Page(render(sample_audit(model=None, settings={"scan": False}))).text
    assert "could not be trained" in text
    assert "scan" not in text.split("Findings")[0]


REPORTS = Path(__file__).parents[2] / "reports"


def test_the_committed_samples_are_whole_small_and_made_by_an_installed_biasaudit():
    record = Audit.model_validate_json((REPORTS / "ruler" / "audit.json").read_text(encoding="utf-8"))
    assert record.environment["biasaudit"] != "not installed"
    pages = [REPORTS / demo / "report.html" for demo in ("ruler", "two-sources", "clean")] + [REPORTS / "compared.html"]
    for page in pages:
        assert Page(page.read_text(encoding="utf-8")).text
        assert not re.search(r"/(home|root|tmp|work)/", page.read_text(encoding="utf-8"))
    files = [file for demo in ("ruler", "two-sources", "clean") for file in (REPORTS / demo).iterdir()]
    assert sum(file.stat().st_size for file in (*files, REPORTS / "compared.html")) < 3_000_000


def test_a_scan_says_that_no_model_was_asked():
    text = Page(render(sample_audit(model=None, settings={"scan": True}))).text
    assert "Data-only scan, no model" in text
    assert "No pictures were saved" in text
    assert "malignant/ISIC_0000002.jpg" in text


def test_a_clean_audit_says_what_could_have_been_seen_and_never_more():
    quiet = tuple(finding for finding in sample_audit().findings if finding.verdict == "clear")
    audit = sample_audit(verdict="none_detected", headline="No cue was found tied to a label.", findings=quiet)
    text = Page(render(audit)).text
    assert "None detected" in text
    assert "0.045" in text


def test_columns_of_which_nothing_was_compared_are_named_on_the_first_screen():
    def column(name, verdict="untested"):
        return clear(name, 0.5, "metadata").model_copy(update={"verdict": verdict, "id": f"metadata-{name}"})

    compared = (column("accession"), column("accession (number)", "clear"), column("stage"))
    told = sample_audit(findings=(*compared, column("uid"), column("notes")), settings={"mediator": ["stage"]})
    assert "2 columns not compared with the label: “uid”, “notes”." in Page(render(told)).text
    assert "not compared with the label" not in Page(render(told.model_copy(update={"findings": compared}))).text


@pytest.mark.parametrize("make", [sample_audit, hostile_audit])
def test_no_page_promises_too_much_or_asks_the_network(make, evidence):
    html = render(make(), evidence)
    page = Page(html)
    assert "unbiased" not in html.lower()
    assert not re.search(r"https?://", html)
    for tag, attributes in page.tags:
        assert not FETCHES & attributes.keys(), tag
        assert "style" not in attributes
        assert not [key for key in attributes if key.startswith("on")]
        href = attributes.get("href", "#")
        assert href.startswith(("#", "data:image/webp;base64,")) or (tag, href) == ("link", "data:,")


def test_the_policy_names_exactly_our_style_and_script(evidence):
    page = Page(render(sample_audit(), evidence))
    policy = next(meta["content"] for meta in page.all("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; img-src data:;")
    for kind, source in page.sources.items():
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert page.sources.keys() == {"style", "script"}


def test_hostile_texts_are_shown_and_inert(evidence):
    html = render(hostile_audit(), evidence)
    page = Page(html)
    assert page.all("img") == []
    assert len(page.all("script")) == 1
    assert '"><img src=x onerror=alert(1)>.png' in page.text
    assert "</script><script>alert(2)</script>" in page.text
    assert "$x^{$␀" in page.text
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069]", html)


def test_each_picture_is_embedded_once_and_missing_ones_are_named(evidence):
    page = Page(render(sample_audit(), evidence))
    uris = [image["href"] for image in page.all("image")]
    assert len(uris) == len(set(uris)) > 20
    shown = {use["href"] for use in page.all("use") if use["href"].startswith("#i-")}
    assert shown == {"#" + image["id"] for image in page.all("image")}
    assert page.text.count("no heatmap saved") == 2  # once for the ruler, once for its column
    assert "no picture saved" not in page.text


def test_what_lies_in_the_place_of_a_thumbnail_is_not_embedded(tmp_path):
    saved = save_thumbnail(tmp_path, ruler().examples[0], np.zeros((8, 8, 3), np.uint8))
    saved.write_bytes(b"<svg onload=alert(1)>")
    assert Page(render(sample_audit(), tmp_path)).all("image") == []


def test_long_tables_are_capped_and_say_so():
    excluded = tuple(Excluded(path=f"a/{n}.jpg", reason="truncated", label="a") for n in range(2000))
    dataset = sample_audit().dataset.model_copy(update={"excluded": excluded})
    page = Page(render(sample_audit(dataset=dataset)))
    assert f"The first {MOST_ROWS} of 2,000" in page.text
    assert "a/499.jpg" in page.text
    assert "a/500.jpg" not in page.text


@pytest.mark.slow
def test_a_large_audit_stays_under_five_megabytes(tmp_path):
    rng = np.random.default_rng(0)
    findings = []
    for n in range(120):
        names = tuple(f"{n}/{k}.jpg" for k in range(12))
        findings.append(
            ruler().model_copy(
                update={
                    "id": f"artefact-{n}",
                    "examples": names[:6],
                    "counterexamples": names[6:],
                    "story": (),
                }
            )
        )
        for name in names:
            save_thumbnail(tmp_path, name, rng.integers(0, 255, (120, 160, 3), dtype=np.uint8))
    html = render(sample_audit(findings=(*findings, *(clear(f"c{n}", 0.5) for n in range(600)))), tmp_path)
    assert len(html.encode()) < 5_000_000
    assert "left out to keep this file small" in html


def test_findings_of_one_story_are_folded_under_the_one_that_leads():
    html = render(sample_audit())
    assert html.index('<details class="follower shortcut" id="metadata-ruler"') > html.index('id="artefact-ruler"')
    assert html.index('id="metadata-ruler"') < html.index('id="metadata-hospital"')
    alone = ruler().model_copy(update={"leads": False, "story": ("gone",)})
    assert '<article class="finding shortcut" id="artefact-ruler"' in render(sample_audit(findings=(alone,)))


def test_a_leak_is_not_asked_the_four_questions_of_a_cue():
    blocks = (Gallery(title=say("Images concerned"), images=ruler().examples, paired=True),)
    leak = ruler().model_copy(
        update={"id": "leakage-copies", "kind": "leakage", "label": None, "counterexamples": (), "blocks": blocks}
    )
    text = Page(render(sample_audit(findings=(leak,)))).text
    assert "Images concerned" in text
    assert "Does the model use it?" not in text


def test_the_same_audit_gives_the_same_page(evidence):
    assert render(sample_audit(), evidence) == render(sample_audit(), evidence)


def test_an_empty_audit_is_still_a_page():
    audit = sample_audit(findings=(), checks=(Check(detector="x", status="ran"),), run={}, settings={}, environment={})
    assert "Coverage and limits" in Page(render(audit)).text


def test_the_fragment_is_small_and_has_no_script():
    many = (hostile_audit().findings[0],) * 500
    for audit in (sample_audit(), hostile_audit(), hostile_audit().model_copy(update={"findings": many})):
        fragment = render_fragment(audit)
        page = Page(fragment)
        assert len(fragment.encode()) < 100_000
        assert not page.all("script")
        assert not page.all("img")
        assert "Shortcut" in page.text
    assert all(text not in fragment for text in HOSTILE[:2])


def test_drawing_a_report_loads_neither_model_nor_image_library():
    code = (
        "import sys, biasaudit.report.html; "
        "sys.exit(', '.join({'cv2', 'PIL', 'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_where_the_model_looks_is_said_with_what_the_checks_said(evidence):
    page = Page(render(sample_audit(), evidence))
    assert "Grad-CAM: with the model's weights shuffled, its maps are others" in page.text
    assert "31% (29% to 33%) shuffled labels: 17% to 29%" in page.text
    assert "is 42%; it was 13% before, and is 20% with the placebo" in page.text
    alternatives = [each["aria-label"] for each in page.all("svg") if "aria-label" in each]
    assert sum(text.startswith("Average heatmap of malignant: 31%") for text in alternatives) == 1


def test_maps_that_failed_their_checks_are_not_shown_and_the_report_says_why(tmp_path):
    save_thumbnail(tmp_path, "malignant/ISIC_0000001.jpg", np.full((56, 56, 3), 128, np.uint8))
    text = Page(render(sample_audit(attribution=attribution(method=None)), tmp_path)).text
    assert "stay much the same, so they show the picture and not the model" in text
    assert "Not passed, and not shown" in text
    assert "no way of drawing them passed its checks" in text
    assert "Heatmap beside each image" not in text
    assert "Where the model looks" not in Page(render(sample_audit(attribution=None), tmp_path)).text


def test_what_was_seen_in_the_files_is_told_before_what_is_inferred_and_a_question_alone_is_no_fault():
    audit = sample_audit()
    fact = audit.conclusions[0].model_copy(
        update={
            "id": "leak",
            "kind": "leak",
            "level": "fact",
            "untied": None,
            "findings": (),
            "sentence": say("Copies."),
        }
    )
    both = Page(render(audit.model_copy(update={"conclusions": (fact, *audit.conclusions)}))).text
    assert "which was seen in the files themselves. Beside that: the model goes by" in both
    assert "judged on pictures or patients that it learnt from" in both
    alone = Page(render(audit.model_copy(update={"conclusions": (fact,)}))).text
    assert "seen in the files themselves." in alone
    assert "Beside that" not in alone
    assert "seen in the files themselves" not in Page(render(audit)).text
