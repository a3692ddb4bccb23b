"""What a result shows in a notebook: inert, small, and every figure with its interval."""

import re
from html import unescape
from pathlib import Path

import pytest

import biasaudit as ba
from biasaudit.errors import UsageError
from biasaudit.output.result import AuditResult
from biasaudit.results import Audit, Breakdown, Figure, Subgroup
from tests.golden import hostile_audit, sample_audit
from tests.planted import ARTEFACTS, brighter, plant


@pytest.fixture(params=[sample_audit, hostile_audit], ids=["sample", "hostile"])
def result(request, tmp_path):
    return AuditResult(request.param(), tmp_path)


def texts(figure) -> list[str]:
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_a_finding_shows_itself_without_script(result):
    for finding in result.record.findings:
        page = result.finding(finding.id)._repr_html_()
        assert len(page) < 100_000
        assert not re.search(r"<(script|iframe|svg|a|link|style|img(?! src=\"data:image/webp))\b", page)
        assert "on" not in {name[:2] for name in re.findall(r"<\w+[^>]*?\s(\w+)=", page)}


def test_a_finding_shows_its_pictures(tmp_path):
    from biasaudit.report.pictures import thumbnail_path

    result = AuditResult(sample_audit(), tmp_path)
    first = next(finding for finding in result.record.findings if finding.examples)
    path = thumbnail_path(tmp_path / "evidence", first.examples[0])
    path.parent.mkdir()
    path.write_bytes(b"RIFF....WEBP")
    assert result.finding(first.id)._repr_html_().count("<img") == 1
    path.write_bytes(b"<svg onload=alert(1)>")
    assert "<img" not in result.finding(first.id)._repr_html_()


def test_a_finding_that_is_not_there_is_told_with_those_near_it(result):
    known = result.record.findings[0].id
    with pytest.raises(UsageError, match="There is no finding"):
        result.finding(known + "x")
    with pytest.raises(UsageError, match=re.escape(known[:20])):
        result.plot(known + "x")


def test_the_frame_is_sandboxed_and_nothing_leaves_it(result):
    pytest.importorskip("IPython")
    frame = result.show(height=300).data
    assert re.findall(r"<\w+", frame) == ["<div", "<iframe"]
    (sandbox,) = re.findall(r'sandbox="([^"]*)"', frame)
    assert "allow-same-origin" not in sandbox
    assert "allow-top-navigation" not in sandbox
    (source,) = re.findall(r'srcdoc="([^"]*)"', frame)
    assert "<" not in source
    assert unescape(source).lstrip().lower().startswith("<!doctype html>")


def test_plots_draw_names_as_they_are(result, tmp_path):
    some = [finding.id for finding in result.record.findings if any(rung.estimate for rung in finding.rungs.values())]
    for what in ("ties", "representation", *some):
        figure = result.plot(what)
        figure.savefig(tmp_path / "figure.png")
        assert all(axes.get_title() and axes.get_xlabel() for axes in figure.axes)
    assert result.finding(some[0]).plot().axes


def test_a_formula_in_a_name_is_no_formula(tmp_path):
    audit = sample_audit()
    named = audit.findings[0].model_copy(update={"cue": r"$\frac{1}{$ and $x$"})
    result = AuditResult(audit.model_copy(update={"findings": (named,)}), tmp_path)
    for what in ("ties", named.id):
        result.plot(what).savefig(tmp_path / "figure.png")  # an unbalanced formula would raise
        assert any(r"\$x\$" in text for text in texts(result.plot(what)))


def with_groups(audit: Audit, judged: bool) -> Audit:
    accuracy = Figure(value=0.9, low=0.8, high=0.95, n=50)
    groups = [
        Subgroup(
            name=name,
            images=50,
            classes={"a": 25, "b": 25},
            share=Figure(value=0.5, low=0.4, high=0.6, n=100),
            figures={"accuracy": accuracy} if judged else {},
            few=name == "$b$",
        )
        for name in ("a", "$b$")
    ]
    return audit.model_copy(update={"subgroups": (Breakdown(column="sex", about_people=True, groups=tuple(groups)),)})


@pytest.mark.parametrize(("judged", "word"), [(True, "accuracy"), (False, "share")])
def test_groups_are_drawn_by_accuracy_or_by_share(tmp_path, judged, word):
    figure = AuditResult(with_groups(sample_audit(), judged), tmp_path).plot("subgroups")
    figure.savefig(tmp_path / "figure.png")
    assert word in figure.axes[0].get_xlabel()
    assert any("few" in text for text in texts(figure))


def test_nothing_to_draw_is_said(tmp_path):
    empty = AuditResult(
        sample_audit().model_copy(update={"findings": (), "subgroups": (), "representation": None}), tmp_path
    )
    for what, why in (
        ("ties", "no tie"),
        ("subgroups", "no groups"),
        ("representation", "no map"),
        ("any", "no finding"),
    ):
        with pytest.raises(UsageError, match=why):
            empty.plot(what)


def test_a_figure_leaves_no_window_open(tmp_path):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    AuditResult(sample_audit(), tmp_path).plot()
    assert plt.get_fignums() == before


def test_the_tables_are_data_frames(tmp_path, stub_network):
    plant(tmp_path / "photos", brighter, n=60)
    result = ba.audit(tmp_path / "photos", out=Path(tmp_path / "out"), scan=True, jobs=1, without=ARTEFACTS)
    assert result.findings["id"].is_unique
    assert len(result.images) == 60
