"""What a finding brings is drawn, whoever made it; and records of before there were blocks look as they did."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

import biasaudit.report
from biasaudit.report.html import LARGEST_CELL, render, render_finding
from biasaudit.report.thumbnails import save_thumbnail
from biasaudit.report.words import MOST_ROWS
from biasaudit.results import Audit, Gallery, Interval, Intervals, Note, Scatter, Section, Table, say
from tests.golden import (
    CLASS,
    SCRIPT,
    auc,
    audit_with_blocks,
    by_others,
    clear,
    hostile_audit,
    ruler,
    sample_audit,
)
from tests.report.test_html import Page

TEMPLATES = Path(biasaudit.report.__file__).parent / "templates"


def page_of(*findings, **changes):
    return Page(render(sample_audit(findings=findings, **changes)))


def test_a_section_of_somebody_else_has_its_heading_in_the_page_and_in_the_navigation():
    page = Page(render(audit_with_blocks()))
    assert {"section-scanners", "section-scanner-list"} <= set(page.ids)
    links = [each["href"] for each in page.all("a")]
    assert links.count("#section-scanners") == 1
    assert page.text.index("How Scanner A differs About Scanner A. 4 Scanner A makes sharper pictures.") > 0


def test_each_block_is_drawn_in_its_order():
    page = page_of(by_others()[0])
    text = page.text
    places = [
        text.index(part)
        for part in (
            "What this is: Scanner A",
            "Is it tied to the label in the data?",
            "Sharpness by Scanner A Scanner A Images Share AUC Remark "
            "Scanner A 1,204 0.62 0.55 (0.51 to 0.59) Scanner A Others 8 – 0.81 (0.76 to 0.86) –",
            "AUC by Scanner A Name Figure, 95% interval n Dashed: no bias Scanner A 0.55 (0.51 to 0.59)",
            "Places of Scanner A",
            "Pairs of Scanner A 2 of 2",
            "What to do next Scan all images alike.",
        )
    ]
    assert places == sorted(places)
    assert "Places of Scanner A. 3 images, coloured by level." in [each.get("aria-label") for each in page.all("svg")]


def test_what_asks_no_questions_shows_none():
    for blocks, asked in (((), True), ((Note(text=say("N")),), False)):
        text = page_of(by_others()[0].model_copy(update={"blocks": blocks})).text
        assert ("Does the model use it?" in text.split("What the verdict words mean")[1]) is asked


def test_every_problem_is_decided_and_found_by_the_filters_wherever_it_is_told():
    page = Page(render(audit_with_blocks()))
    theirs = ("theirs-scanner", "theirs-quiet", "theirs-listed")
    forms = [each["data-case"] for each in page.all("fieldset")]
    rows = [each["data-case"] for each in page.all("tr") if "data-case" in each]
    assert forms == rows
    assert [each for each in forms if each.startswith("theirs")] == [*theirs[:2], theirs[2]]
    filtered = {each.get("id") for _, each in page.tags if "data-verdict" in each}
    assert {*theirs, "theirs-row", "theirs-silent"} <= filtered


def test_a_problem_of_theirs_is_a_card_by_its_kind_and_its_numbers_follow_the_page():
    first = page_of(*by_others(), ruler())
    cards = first.text.split("What matters most")[1].split("What was not tested")[0]
    assert cards.index("Ruler is used as a shortcut") < cards.index("Scanner A makes sharper pictures.")
    assert "1 Ruler is used" in first.text
    assert "2 Scanner A makes" in first.text


def test_what_is_clear_in_a_section_of_its_own_is_not_counted_as_clear():
    assert "Clear 1" in page_of(*by_others(), clear("noise", 0.5)).text.split("What matters most")[0]


def test_a_long_section_is_capped_and_the_rest_stands_with_what_is_clear():
    quiet = by_others()[1]
    many = [quiet.model_copy(update={"id": f"theirs-{n}", "cue": f"cue_{n}"}) for n in range(20)]
    page = page_of(*many)
    assert len(page.all("article")) == 12
    assert "8 cues without a finding" in page.text
    assert {each.id for each in many} <= set(page.ids)


def test_two_sections_of_one_name_are_one_and_none_takes_the_place_of_ours():
    one = by_others()[0]
    other = one.model_copy(update={"id": "theirs-2", "section": Section(id="scanners", title=say("Other"))})
    data = one.model_copy(update={"id": "theirs-3", "section": Section(id="data", title=say("Their data"))})
    spaced = one.model_copy(update={"id": "theirs-4", "section": Section(id="a b", title=say("Spaced"))})
    page = page_of(one, other, data, spaced)
    assert len(page.ids) == len(set(page.ids))
    assert {"data", "section-data", "section-a_b"} <= set(page.ids)


def test_findings_of_one_story_stay_in_their_own_sections():
    leading = ruler()
    theirs = by_others()[0].model_copy(update={"leads": False, "story": (leading.id,)})
    page = page_of(leading, theirs)
    assert "theirs-scanner" in [each["id"] for each in page.all("article")]
    assert not [each for each in page.all("details") if each.get("id") == "theirs-scanner"]


def test_a_field_says_what_the_first_screen_tells_beside_the_model():
    row = by_others()[3].model_copy(update={"title": say("Told first.")})
    for finding, there in ((row, False), (row.model_copy(update={"on_first_screen": True}), True)):
        assert ("Told first." in page_of(finding).text.split("What the verdict words mean")[0]) is there


def test_an_audit_with_blocks_survives_its_file():
    for audit in (audit_with_blocks(), hostile_audit()):
        again = Audit.model_validate_json(audit.model_dump_json())
        assert again.findings[-1].section == audit.findings[-1].section
        assert render(again) == render(audit)


@pytest.mark.parametrize("finding", by_others(SCRIPT + CLASS))
def test_hostile_blocks_are_inert_in_the_page_and_in_a_cell(finding):
    for html in (render(sample_audit(findings=(finding,))), render_finding(sample_audit(), finding)):
        page = Page(html)
        assert page.all("img") == []
        assert len(page.all("script")) == ("<html" in html)
        assert SCRIPT[:20] in page.text


def test_a_cell_in_a_notebook_shows_the_blocks_and_stays_small(tmp_path):
    finding = by_others()[0]
    text = Page(render_finding(sample_audit(), finding)).text
    told = ("What this is", "Sharpness by Scanner A", "1,204", "AUC by Scanner A", "Places of Scanner A: 3 images")
    for words in told:
        assert words in text
    wide = Table(caption=say("Wide"), columns=(say("x" * 300),) * 40, rows=((say("<" * 300),) * 40,) * 40)
    for blocks in ((wide,), (wide,) * 30):
        cell = render_finding(sample_audit(), finding.model_copy(update={"blocks": blocks}))
        assert len(cell.encode()) < LARGEST_CELL
        assert "What to do next" in cell
    for name in ruler().examples:
        save_thumbnail(tmp_path, name, np.full((20, 30, 3), 99, np.uint8))
    assert len(Page(render_finding(sample_audit(), ruler(), tmp_path)).all("img")) == 4


def test_long_tables_say_what_is_left_out_and_many_of_them_leave_the_page_small():
    rows = tuple((say("row {n}", n=n), n) for n in range(MOST_ROWS + 1))
    table = Table(caption=say("Long"), columns=(say("Row"), say("n")), rows=rows)
    finding = by_others()[0].model_copy(update={"blocks": (table,)})
    text = page_of(finding).text
    assert "row 499" in text
    assert "row 500" not in text
    assert "The first 500 of 501" in text
    bars = Intervals(caption=say("I"), rows=(Interval(name=say("r"), estimate=auc(0.6, 0.1)),) * MOST_ROWS)
    dots = Scatter(caption=say("S"), places=((0.5, 0.5),) * 20_000, levels=(say("a"),), of=(0,) * 20_000)
    many = (finding.model_copy(update={"id": f"theirs-{n}", "blocks": (table, bars, dots)}) for n in range(60))
    assert len(render(sample_audit(findings=tuple(many))).encode()) < 5_000_000


def test_blocks_that_cannot_be_drawn_are_refused_where_they_are_made():
    one = (say("a"),)
    for make in (
        lambda: Table(caption=say("c"), columns=one, rows=((1, 2),)),
        lambda: Table(caption=say("c"), columns=(), rows=()),
        lambda: Scatter(caption=say("c"), places=((0.1, 0.1),), levels=one, of=()),
        lambda: Scatter(caption=say("c"), places=((0.1, 0.1),), levels=one, of=(1,)),
    ):
        with pytest.raises(ValidationError):
            make()


def test_empty_blocks_are_drawn_as_well():
    empty = (
        Table(caption=say("Empty"), columns=(say("a"),), rows=()),
        Intervals(caption=say("Empty"), rows=()),
        Scatter(caption=say("Empty"), places=(), levels=(), of=()),
        Gallery(title=say("Empty"), images=()),
    )
    assert page_of(by_others()[0].model_copy(update={"blocks": empty})).text.count("Empty") >= 4


def test_no_template_asks_who_made_a_finding():
    for path in sorted(TEMPLATES.glob("*.j2")):
        found = re.findall(r"(?:\.kind|\.detector|\.cue)\s*(?:==|!=|in)\s*[\"'(]", path.read_text(encoding="utf-8"))
        allowed = 2 if path.name == "representation.html.j2" else 0  # what dots are coloured by
        assert len(found) <= allowed, path.name


@pytest.mark.parametrize("form", ["articles", "rows"])
@pytest.mark.parametrize("verdict", ["shortcut", "clear", "untested", "gap"])
def test_no_finding_is_lost_whatever_its_section_and_verdict(form, verdict):
    finding = by_others()[0].model_copy(
        update={"verdict": verdict, "section": Section(id="s", title=say("S"), form=form), "rungs": {}}
    )
    assert page_of(finding).ids.count("theirs-scanner") == 1
