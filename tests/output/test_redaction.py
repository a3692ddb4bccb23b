"""A report for others: no name of a file and no value of a column in it, and else the same."""

import re
import sys
from typing import get_args

import numpy as np
import pytest

from biasaudit import cli, results
from biasaudit.output.redaction import _annotated, _bare, _held, redacted
from biasaudit.output.redaction_key import redaction_key
from biasaudit.output.result import AuditResult
from biasaudit.report.html import render
from biasaudit.report.thumbnails import save_heatmap, save_thumbnail
from biasaudit.results import Check, Finding, Holds, Name, Record, Review, Sentence, joined, say
from tests.golden import breakdown, hostile_audit, representation, ruler, sample_audit
from tests.report.test_html import Page


def ours(value):
    """The record with each of its plain texts taken for a sentence of ours, as they are in the golden audit."""
    if isinstance(value, Sentence):
        return say(str(value).replace("{", "{{").replace("}", "}}"))
    if isinstance(value, Record):
        return value.model_copy(update={name: ours(getattr(value, name)) for name in type(value).model_fields})
    if isinstance(value, dict):
        return {key: ours(each) for key, each in value.items()}
    return tuple(map(ours, value)) if isinstance(value, tuple) else value


def telling():
    """Names and values wherever an audit can have them."""
    sample = ours(sample_audit())
    column = ours(ruler()).model_copy(
        update={
            "id": "metadata-nurse",
            "cue": "nurse",
            "kind": "metadata",
            "title": say(
                "The column “{column}” is tied to malignant: “{one}” or “{other}” in 90%.",
                column=Name("column", "nurse"),
                one=Name("value", "Mary Smith"),
                other=Name("value", "J. “Jo” Doeman"),
            ),
            "recommendation": say("Collect images with “{value}”.", value=Name("value", "Mary Smith")),
            "story": (),
            "follows": "artefact of Dr Who",
            "examples": ("malignant/John_Roe.jpg", "malignant/ISIC_0000001.jpg"),
        }
    )
    return sample.model_copy(
        update={
            "findings": (column, *sample.findings),
            "subgroups": (breakdown("ward", ("Ward of Dr Who", "Bay 9 & co"), "malignant"),),
            "representation": representation(("Ward of Dr Who", "Bay 17"), "ward"),
            "headline": column.title,
            "checks": (Check(detector="x", status="failed", reason="cannot read malignant/John_Roe.jpg again"),),
            "run": {"command": "biasaudit run /home/maryjo", "seconds": 1},
            "settings": {"metadata": "maryjo.csv", "seed": 0, "backbone": "/data/secret_clinic/net.keras"},
            "dataset": sample.dataset.model_copy(update={"splits": {"train": 400, "Ward Seven": 112}}),
            "model": sample.model.model_copy(update={"backbone": "net_of_secret_clinic"}),
            "reviews": (
                Review(
                    finding="a",
                    decision="accept",
                    name="Mary",
                    comment="see malignant/John_Roe.jpg, says nurse Poppins",
                ),
            ),
        }
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


SECRET = "Zaphod Example"
UNTOLD = ("image", "value", "split", "model", "person", "text")
"""Every kind of name but those that a copy for others keeps."""


def of_every_kind():
    """A sentence with a secret in every kind of argument, at any depth, and in a plain text."""
    names = {kind: Name(kind, f"{SECRET} {kind}") for kind in UNTOLD}
    inner = say("{image} {text}", image=names["image"], text=names["text"])
    deep = say("{inner} {again}", inner=inner, again=Sentence(SECRET))
    fields = " ".join(f"{{{kind}}}" for kind in UNTOLD)
    return say(fields + " {deep} {listed}", **names, deep=deep, listed=joined([*names.values(), deep]))


def filled(value):
    """The record with that sentence in place of each of its own, and a secret in each field for somebody's words."""
    if isinstance(value, Sentence):
        return of_every_kind()
    if isinstance(value, Record):
        told = {}
        for name, field in type(value).model_fields.items():
            held = next((each.kind for each in field.metadata if isinstance(each, Holds)), None)
            each = getattr(value, name)
            told[name] = f"{SECRET} {name}" if held in UNTOLD and isinstance(each, str) else filled(each)
        return value.model_copy(update=told)
    return tuple(filled(each) for each in value) if isinstance(value, tuple) else value


def written(audit, folder):
    """Everything that a redacted copy writes, as one text."""
    files = AuditResult(audit, folder).save_redacted(folder / "r.html")
    return "".join(file.read_text() for file in files)


def test_a_secret_in_every_kind_of_argument_is_in_no_redacted_output(tmp_path):
    sample = filled(telling())
    ids = {name: (f"{SECRET}.jpg",) for name in ("examples", "counterexamples")}
    findings = tuple(each.model_copy(update=ids) for each in sample.findings)
    files = ("metadata", "model", "weights", "backbone", "reference", "unheard_of")
    told = {"findings": findings, "settings": dict.fromkeys(files, SECRET), "run": {"command": SECRET, "other": SECRET}}
    secret = sample.model_copy(update=told)
    assert SECRET in render(secret)
    assert SECRET not in written(secret, tmp_path)


class Nursed(Finding):
    """A finding of a new type, which says nothing of whose words it holds."""

    nurse: str = SECRET
    told: Sentence = say("Told by {nurse}.", nurse=Name("text", SECRET))


def test_a_new_type_of_finding_needs_no_redaction_of_its_own(tmp_path):
    known = telling().findings[0]
    plain = {name: getattr(known, name) for name in Finding.model_fields}
    finding = Nursed(**(plain | {"detector": "nursed", "id": SECRET, "cue": SECRET, "title": f"It was {SECRET}."}))
    assert SECRET not in written(telling().model_copy(update={"findings": (finding,)}), tmp_path)


RECORDS = [each for each in vars(results).values() if isinstance(each, type) and issubclass(each, Record)]


def says_nothing(record, name):
    def silent(kind):
        inner = get_args(_bare(kind))
        return any(map(silent, inner)) if inner else _bare(kind) is str and _held(kind) == "text"

    return silent(_annotated(record.model_fields[name]))


def test_every_field_of_text_says_whose_words_it_holds():
    """What says nothing would be left out of every copy; two fields of free JSON are gone through key by key."""
    silent = {
        f"{record.__name__}.{name}" for record in RECORDS for name in record.model_fields if says_nothing(record, name)
    }
    assert silent == {"Audit.settings", "Audit.run"}


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
    assert redaction_key(tmp_path / "a") == redaction_key(tmp_path / "a") != redaction_key(tmp_path / "b")
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
