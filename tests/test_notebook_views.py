"""What a notebook shows of an audit: charts and short HTML, safe with hostile names, and errors that say what to do."""

import html
import re

import matplotlib as mpl
import numpy as np
import pytest

from biasaudit.errors import UsageError
from biasaudit.outcome import AuditResult
from biasaudit.plots import plain
from biasaudit.report.thumbnails import save_thumbnail
from tests.golden import hostile_audit, sample_audit
from tests.report.test_html import Page

mpl.use("Agg")


@pytest.fixture(params=[sample_audit, hostile_audit], ids=["sample", "hostile"])
def result(request, tmp_path):
    return AuditResult(request.param(), tmp_path)


@pytest.mark.parametrize("what", ["cues", "representation", "subgroups", None])
def test_every_chart_can_be_drawn(result, what, tmp_path):
    chart = result.plot(what or result.record.findings[0].id)
    path = tmp_path / "chart.png"
    chart.savefig(path, dpi=50)
    assert path.stat().st_size > 2000
    assert all(axes.get_title(loc="left") for axes in chart.axes if axes.axison)


def test_the_chart_of_cues_says_where_the_ruler_stands():
    chart = AuditResult(sample_audit(), None).plot()
    names = [label.get_text() for label in chart.axes[0].get_yticklabels()]
    assert names[0] == "ruler (shortcut)"
    assert any("(clear)" in name for name in names)
    low, high = chart.axes[0].get_lines()[0].get_xdata()
    assert 0 < low < high <= 1


def test_dollars_and_line_breaks_do_no_harm():
    assert plain("$x^{$\n\0" + "a" * 90) == r"\$x^{\$" + "\ufffd\ufffd" + "a" * 32 + "…"


def test_a_finding_shows_its_pictures_and_the_four_questions(tmp_path):
    audit = sample_audit()
    first = audit.findings[0]
    save_thumbnail(tmp_path / "evidence", first.examples[0], np.zeros((120, 160, 3), np.uint8))
    shown = AuditResult(audit, tmp_path).finding(first.id)
    fragment = shown._repr_html_()
    page = Page(fragment)
    assert len([name for name, _ in page.tags if name == "img"]) == 1
    assert len([name for name, _ in page.tags if name == "tr"]) == 5
    assert first.recommendation in html.unescape(fragment)
    assert shown.plot().axes[0].get_title(loc="left") == "ruler: shortcut"


def test_fragments_are_small_inert_and_run_no_script(result):
    for fragment in (result._repr_html_(), result.finding(result.record.findings[0].id)._repr_html_()):
        assert len(fragment) < 100_000
        names = {name for name, _ in Page(fragment).tags}
        assert not names & {"script", "iframe", "object", "embed"}
        assert not re.search(r"<[^>]*\son\w+=", fragment)


def test_the_whole_report_stands_in_a_sandbox(result):
    pytest.importorskip("IPython")
    frame = result.show().data
    (_, (name, attributes)) = Page(frame).tags
    assert name == "iframe"
    assert attributes["sandbox"] == "allow-scripts allow-downloads"


def test_what_is_not_there_is_said_with_what_is(tmp_path):
    result = AuditResult(sample_audit(representation=None, subgroups=()), tmp_path)
    for what, words in (("representation", "no model"), ("subgroups", "metadata="), ("rulr", "name a finding's id")):
        with pytest.raises(UsageError, match=words):
            result.plot(what)
    with pytest.raises(UsageError, match="artefact-ruler"):
        result.finding("artefact-rulr")
