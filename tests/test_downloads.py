"""README's table "your data looks like: type this" holds: each command, typed as it stands, ends with the ruler."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from biasaudit.cues import BUILTIN
from tests.downloads import DOWNLOADS
from tests.faults.command import audited

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\| .+ \| `biasaudit run (.+)` \|$", README, re.M)
WITH_RULERS = ("cat", "1", "mel", "MEL", "BCC", "Edema", "Effusion", "Male", "1", "cat")
WITHOUT = [*(cue.id for cue in BUILTIN if cue.id != "ruler"), "properties_together"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("download", "command", "with_rulers"),
    list(zip(DOWNLOADS, COMMANDS, WITH_RULERS, strict=True)),
    ids=[each.__name__ for each in DOWNLOADS],
)
def test_the_command_for_it_ends_with_the_ruler_in_its_class(download, command, with_rulers, tmp_path, monkeypatch):
    download(tmp_path)
    monkeypatch.chdir(tmp_path)
    folder, *options = shlex.split(command)
    ended = audited("scan", Path(folder), *options, out=Path("out"), without=WITHOUT)
    assert ended.code == 0, ended.err
    reports = [json.loads(file.read_text()) for file in Path("out").rglob("audit.json")]
    found = [(each["id"], each["verdict"], each["label"]) for report in reports for each in report["findings"]]
    assert ("artefact-ruler", "suspect", with_rulers) in found, found
