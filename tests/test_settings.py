"""One table of choices: the command line, Python and the record all hold what stands in it, and nothing else."""

import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

import biasaudit as ba
from biasaudit import cli
from biasaudit.auditing import audit_the_audit, split_folder
from biasaudit.errors import UsageError
from biasaudit.settings import AuditChoices, Choices, Settings, SplitChoices, by_name, table

ROWS = table(AuditChoices)
OF_COMMANDS = tuple(dict.fromkeys((*ROWS, *table(SplitChoices))))
FOR_PYTHON = {"scan", "command", "predict", "extra"}


@by_name(Choices)
def toy(folder: Path, choices: Choices) -> tuple[Path, Choices]:
    """Give back what it was given."""
    return folder, choices


def test_a_function_takes_each_choice_by_its_name():
    folder, choices = toy("photos", seed=3, ignore=("sex",), out="here")
    assert folder == Path("photos")
    assert choices == Choices(seed=3, ignore=("sex",), out="here")
    assert choices.settings(model="m.keras") == Settings(seed=3, ignore=("sex",), model="m.keras")
    assert choices.folder_for(folder) == Path("here")
    assert Choices().folder_for(Path("a/photos")) == Path("reports/photos")


@pytest.mark.parametrize(
    ("wrong", "near"), [("groupby", "'group_by'"), ("metdata", "'metadata'"), ("scan", None), ("zzz", None)]
)
def test_a_name_that_is_no_choice_is_a_usage_error_with_the_nearest(wrong, near):
    with pytest.raises(UsageError, match=f"no choice '{wrong}'") as error:
        toy("photos", **{wrong: True})
    assert f"Did you mean {near}?" in str(error.value) if near else "The choices are metadata, " in str(error.value)


@pytest.mark.parametrize(
    ("function", "kind"),
    [(ba.audit, AuditChoices), (audit_the_audit, Choices), (split_folder, SplitChoices), (toy, Choices)],
)
def test_signature_and_docstring_show_every_choice(function, kind):
    folder, *others = inspect.signature(function).parameters.values()
    assert folder.name == "folder"
    assert [(each.name, each.default) for each in others] == [(row.name, row.default) for row in table(kind)]
    assert all(each.kind is inspect.Parameter.KEYWORD_ONLY for each in others)
    assert inspect.signature(function).parameters["seed"].annotation is int
    text = " ".join(function.__doc__.split())
    assert all(f"{row.name}: {row.option.help}" in text for row in table(kind))


def test_only_an_audit_takes_what_only_an_audit_uses():
    assert FOR_PYTHON.isdisjoint(inspect.signature(audit_the_audit).parameters)
    with pytest.raises(UsageError, match="'predict'"):
        audit_the_audit("photos", predict=len)


@pytest.mark.slow
def test_type_checkers_know_every_choice(tmp_path):
    (tmp_path / "asks.py").write_text(
        "from pathlib import Path\nfrom biasaudit.settings import AuditChoices, by_name\n\n"
        "@by_name(AuditChoices)\ndef audit(folder: Path, choices: AuditChoices) -> int:\n    return choices.seed\n\n"
        "reveal_type(audit('photos', seed=3, metadata='m.csv', ignore=('sex',), scan=True))\n"
        "audit('photos', groupby='patient')\n"
        "audit('photos', seed='three')\n"
    )
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file=",
        "--follow-imports=silent",
        "--cache-dir=cache",
        "asks.py",
    ]
    # mypy does not look where an editable installation points to.
    found = os.environ | {"MYPYPATH": str(Path(str(ba.__file__)).parents[1])}
    told = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=found).stdout
    assert re.findall(r"asks\.py:(\d+): (?:note|error)", told) == ["8", "9", "10"], told
    assert 'Revealed type is "int"' in told
    assert 'did you mean "group_by"?' in told


@pytest.mark.parametrize("command", ["run", "scan", "selftest", "split", "demo", "report"])
def test_a_command_has_the_options_that_the_table_gives_it(command):
    params = {param.name: param for param in typer.main.get_command(cli.app).commands[command].params}
    own = {"folder", "name", "audit_json", "fail_on", "junit", "redact_names", "no_images"}
    own |= {"out"} if command in ("demo", "report") else set()
    rows = [row for row in OF_COMMANDS if command in row.option.commands]
    assert set(params) - own == {row.name for row in rows}
    for row in rows:
        param, told = params[row.name], row.option
        assert param.opts == [f"--{row.name.replace('_', '-')}", *told.short]
        assert (param.help, param.metavar, param.min, param.max) == (told.help, told.metavar, told.low, told.high)
        assert param.default == (False if row.type is bool else None if type(row.default) is tuple else row.default)
    if command in ("run", "scan"):
        assert list(params)[:3] == ["folder", "out", "metadata"]


def test_what_the_command_line_says_reaches_the_audit(monkeypatch):
    seen = {}
    monkeypatch.setattr(cli, "_audit", lambda *given, **choices: seen.update(choices, given=given))
    said = {
        "--metadata": "m.csv", "--group-by": "patient", "--ignore": "a, b", "--model": "own.keras", "--classes": "x,y",
        "--size": "64", "--max-bad": "0.5", "--jobs": "2", "--subject": "center", "--fail-on": "gap",
    }  # fmt: skip
    done = CliRunner().invoke(
        cli.app, ["run", "photos", "--ignore", "c", "-q", *(x for each in said.items() for x in each)]
    )
    assert done.exit_code == 0, done.output
    assert seen.pop("given") == (Path("photos"), "gap", None)
    assert set(seen) == {row.name for row in ROWS} - FOR_PYTHON
    unsaid = AuditChoices(quiet=False)
    told = {name: value for name, value in seen.items() if value != getattr(unsaid, name)}
    assert told == {
        "metadata": Path("m.csv"), "group_by": "patient", "ignore": ("c", "a", "b"), "model": Path("own.keras"),
        "classes": ("x", "y"), "size": 64, "max_bad": 0.5, "jobs": 2, "subject": "center", "quiet": True,
    }  # fmt: skip


def test_the_record_holds_every_setting_but_the_machine_and_files_by_their_names_alone():
    settings = Settings(
        metadata="a/m.csv", ignore=("x", "y"), reference=Path("p/shares.csv"), subject="masks/of us", model="w/m.keras",
        weights=Path("w.csv"), review="", address="host:1", seed=7,
    )  # fmt: skip
    assert json.loads(json.dumps(settings.to_record())) == {
        "metadata": "m.csv", "image_column": None, "label_column": None, "positive": [], "negative": [],
        "single_label": False,
        "group_by": None, "split": None, "from_name": None, "layout": None, "exclude": [], "follow_links": False,
        "allow_missing": False, "missing": [], "ignore": ["x", "y"], "nuisance": [], "mediator": [],
        "sensitive": [], "skin_tone": False, "dicom_people": False, "reference": "shares.csv",
        "without": [], "subject": "masks/of us", "field": "auto",
        "backbone": "auto", "model": "m.keras", "classes": [], "pixels": "0..255", "size": None, "weights": "w.csv",
        "review": None, "train_limit": None, "finetune": False, "trust_model": False, "max_bad": 0.2,
        "drop_small": False, "jobs": None, "engine": "local", "seed": 7, "selftest": False, "map": False,
        "fresh": False,
    }  # fmt: skip
    assert list(settings.to_record()) == [row.name for row in table(Settings) if row.name != "address"]
    assert (
        Settings(metadata=b"caf\xe9.csv".decode("utf-8", "surrogateescape")).to_record()["metadata"].startswith("caf")
    )
