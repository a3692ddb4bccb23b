"""README's own commands and code hold: options exist, and the Python block runs."""

import re
from functools import partial
from pathlib import Path

import pytest

import biasaudit
from biasaudit.cli import app
from biasaudit.cues import BUILTIN
from biasaudit.settings import Settings
from tests.planted import QUICK, brighter, plant

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_option_and_command_that_it_names_exists():
    import typer.main

    group = typer.main.get_command(app)
    options = {option for command in group.commands.values() for param in command.params for option in param.opts}
    ours = re.sub(r"^    (dask|ray) .*$", "", README, flags=re.M)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ours)) <= options | {"--help"}
    used = set(re.findall(r"^    biasaudit (\w+)", README, re.M))
    assert used <= set(group.commands)


def test_ci_runs_the_test_command_that_it_gives():
    assert "python -m pytest" in README
    assert "README.md" in (Path(__file__).parents[1] / ".ci" / "run").read_text()


@pytest.fixture
def quick_audits(monkeypatch):
    """Audits of blocks that name no choice of their own leave out what takes long."""
    monkeypatch.setattr(biasaudit, "audit", partial(biasaudit.audit, jobs=1, without=QUICK))


def test_its_python_block_runs(tmp_path, monkeypatch, stub_network, quick_audits):
    monkeypatch.chdir(tmp_path)
    frame = plant(tmp_path / "photos", brighter, n=80)
    frame.drop(columns="planted").to_csv(tmp_path / "photos" / "metadata.csv", index=False)
    block = next(block for block in re.findall(r"```python\n(.*?)```", README, re.S) if "import biasaudit" in block)
    names: dict = {}
    exec(block, names)
    assert names["result"].verdict
    assert (tmp_path / "report.html").stat().st_size > 10_000
    fragment = names["result"]._repr_html_()
    assert len(fragment) < 100_000
    assert "<script" not in fragment


def test_its_block_about_a_function_runs(tmp_path, monkeypatch, stub_network, quick_audits):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("biasaudit.attribution.methods.partition", lambda scores, rgb, code: rgb[..., 0])
    plant(tmp_path / "photos", brighter, n=80)
    block = next(block for block in re.findall(r"```python\n(.*?)```", README, re.S) if "predict=" in block)
    names: dict = {}
    exec(block, names)
    assert names["result"].record.model.backbone == "predict"


@pytest.mark.parametrize("name", biasaudit.__all__)
def test_the_public_names_are_there(name):
    assert getattr(biasaudit, name).__doc__
    assert Settings.__doc__


def test_it_counts_the_cues_rightly():
    assert f"{len(BUILTIN)} cues are measured" in README
