"""Labels to check first: what stands against several findings that do not go together, and against no fewer."""

import pytest

from biasaudit.report.html import render
from tests.golden import ruler, sample_audit
from tests.report.test_html import Page


def finding(n, *against, **changes):
    """One that tells a story of its own, or, with `story`, that of another."""
    update = {"id": f"artefact-{n}", "cue": f"cue_{n}", "story": (), "leads": True, "counterexamples": against}
    return ruler().model_copy(update=update | changes)


def checked(*findings):
    page = Page(render(sample_audit(findings=findings)))
    return page.text.partition("Check these labels")[2].partition("What the verdict words mean")[0]


def test_a_picture_that_stands_against_three_findings_is_to_be_checked():
    told = checked(finding(1, "a.jpg", "b.jpg"), finding(2, "b.jpg", "a.jpg"), finding(3, "b.jpg", "c.jpg"))
    assert "1 picture that stands against three findings" in told
    assert "b.jpg against 1 , 2 , 3" in told
    assert "a.jpg" not in told.partition("against 1")[0].replace("b.jpg", "")


@pytest.mark.parametrize(
    "changes",
    [{"story": ("artefact-1",), "leads": False}, {"verdict": "clear"}, {"kind": "subgroup"}],
    ids=["one story", "clear", "of a group"],
)
def test_what_tells_nothing_more_is_no_witness(changes):
    assert checked(*(finding(n, "b.jpg") for n in (1, 2)), finding(3, "b.jpg", **changes)) == ""


def test_looks_alone_are_no_reason():
    assert checked(*(finding(n, "b.jpg", kind="property") for n in (1, 2, 3))) == ""
    told = checked(*(finding(n, "b.jpg", kind="property") for n in (1, 2)), finding(3, "b.jpg", kind="file"))
    assert "b.jpg against 1 , 2 , 3" in told


def test_the_first_screen_says_how_many_and_leads_there():
    page = Page(render(sample_audit(findings=tuple(finding(n, "b.jpg") for n in (1, 2, 3)))))
    assert "Whether the labels are right: 1 picture to check first." in page.text
    assert "#check-labels" in [each.get("href") for each in page.all("a")]
    assert "check-labels" in page.ids
