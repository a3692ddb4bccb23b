"""A report for others: no name of a file and no value of a column in it, and else the same."""

import re
import sys

import numpy as np
import pytest

from biasaudit import cli
from biasaudit.output.redaction import redacted
from biasaudit.output.result import AuditResult
from biasaudit.output.salt import salt_of
from biasaudit.report.html import render
from biasaudit.report.thumbnails import save_heatmap, save_thumbnail
from biasaudit.results import Check, Review
from tests.golden import breakdown, hostile_audit, representation, ruler, sample_audit
from tests.report.test_html import Page


def telling():
    """Names and values wherever an audit can have them."""
    column = ruler().model_copy(
        update={
            "id": "metadata-nurse",
            "cue": "nurse",
            "kind": "metadata",
            "title": "The column “nurse” is tied to malignant: “Mary Smith” or “J. “Jo” Doeman” in 90%.",
            "recommendation": "Collect images with “Mary Smith”.",
            "story": (),
            "examples": ("malignant/John_Roe.jpg", "malignant/ISIC_0000001.jpg"),
        }
    )
    sample = sample_audit()
    return sample_audit(
        findings=(column, *sample.findings),
        subgroups=(breakdown("ward", ("Ward of Dr Who", "Bay 9 & co"), "malignant"),),
        representation=representation(("Ward of Dr Who", "Bay 17"), "ward"),
        headline=column.title,
        checks=(Check(detector="x", status="failed", reason="cannot read malignant/John_Roe.jpg again"),),
        run={"command": "biasaudit run /home/maryjo", "seconds": 1},
        settings={"metadata": "maryjo.csv", "seed": 0, "backbone": "/data/secret_clinic/net.keras"},
        dataset=sample.dataset.model_copy(update={"splits": {"train": 400, "Ward Seven": 112}}),
        model=sample.model.model_copy(update={"backbone": "net_of_secret_clinic"}),
        reviews=(
            Review(
                finding="a", decision="accept", name="Mary", comment="see malignant/John_Roe.jpg, says nurse Poppins"
            ),
        ),
    )


SECRETS = (
    "Dr Who",
    "Bay 9",
    "Bay 17",
    "Mary",
    "Smith",
    "Jo”",
    "Doeman",
    "John_Roe",
    "ISIC_",
    "maryjo",
    "broken.jpg",
    "half.png",
    "Ward Seven",
    "secret_clinic",
    "Poppins",
)


def test_no_name_or_value_is_left_and_columns_and_classes_are():
    page, plain = render(redacted(telling())[0]), render(telling())
    for secret in SECRETS:
        assert secret in plain
        assert secret not in page
    for kept in ("“nurse”", "malignant", "image 1"):
        assert kept in Page(page).text
    assert re.search(r"“value \d”", Page(page).text)


def test_codes_are_the_same_each_time_and_tell_one_from_another():
    first, names = redacted(telling())
    assert (first, names) == redacted(telling())
    assert len(set(names)) == len(names)
    assert first.findings[0].examples != first.findings[1].examples
    assert names[first.findings[0].examples[0]] == "malignant/John_Roe.jpg"
    assert [f.rungs["association"].estimate for f in first.findings] == [
        f.rungs["association"].estimate for f in telling().findings
    ]


def test_the_order_of_codes_is_a_secret_of_the_folder(tmp_path):
    assert salt_of(tmp_path / "a") == salt_of(tmp_path / "a") != salt_of(tmp_path / "b")
    assert (tmp_path / "a" / "cache" / "salt").stat().st_mode & 0o077 == 0
    codes = {tuple(redacted(telling(), bytes([salt]))[1].items()) for salt in range(8)}
    assert len(codes) > 1


def test_the_hostile_audit_can_be_redacted():
    page = Page(render(redacted(hostile_audit())[0]))
    assert page.all("img") == []


@pytest.fixture
def saved(tmp_path):
    rgb = np.full((40, 40, 3), 99, np.uint8)
    for name in telling().findings[0].examples:
        save_thumbnail(tmp_path / "evidence", name, rgb)
        save_heatmap(tmp_path / "evidence", name, "malignant", rgb, np.ones((7, 7)))
    AuditResult(telling(), tmp_path).save()
    return tmp_path


@pytest.mark.parametrize(("options", "images"), [(("--redact-names",), True), (("--no-images",), False), ((), True)])
def test_the_command_draws_it(saved, monkeypatch, options, images):
    plain = {use["href"] for use in Page((saved / "report.html").read_text()).all("use")}
    monkeypatch.setattr(sys, "argv", ["biasaudit", "report", str(saved), "--out", str(saved / "r.html"), *options])
    cli.app(standalone_mode=False)
    html = (saved / "r.html").read_text()
    assert bool(Page(html).all("image")) == images
    assert ("John_Roe" in html) == (options != ("--redact-names",))
    if options == ("--redact-names",):
        for name in ("r.json", "r.csv"):
            written = (saved / name).read_text()
            assert "image " in written
            assert not [secret for secret in SECRETS if secret in written]
        pictures = {use["href"] for use in Page(html).all("use") if use["href"].startswith("#i-")}
        assert pictures
        assert not pictures & plain
