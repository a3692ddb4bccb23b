"""The published schema is that of the records: what is an audit meets it, and what is none does not."""

import json
import sys

import pytest

from biasaudit import cli
from biasaudit.output.schema import audit_schema
from tests.golden import hostile_audit, sample_audit

jsonschema = pytest.importorskip("jsonschema", reason="needs jsonschema, of the dev extra")


def test_it_is_a_schema_and_the_command_prints_it(monkeypatch, capsys):
    jsonschema.Draft202012Validator.check_schema(audit_schema())
    monkeypatch.setattr(sys, "argv", ["biasaudit", "schema"])
    with pytest.raises(SystemExit):
        cli.app()
    assert json.loads(capsys.readouterr().out) == audit_schema()


@pytest.mark.parametrize("make", [sample_audit, hostile_audit])
def test_audits_meet_it(make):
    jsonschema.validate(make().model_dump(mode="json"), audit_schema())


@pytest.mark.parametrize(
    ("key", "value"), [("verdict", "unbiased"), ("findings", [{}]), ("surprise", 1), ("schema_version", "0.9")]
)
def test_what_is_no_audit_does_not(key, value):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(sample_audit().model_dump(mode="json") | {key: value}, audit_schema())
