"""Folders and tables as people have them, made by the scripts in ../shared/cases: expected against got."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from biasaudit.cues import BUILTIN
from tests.faults.command import audited

CASES = Path(__file__).parents[2] / "shared" / "cases"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not on this machine"),
]
STOPS, FOUND, TIED, SAID = "stops", "found", "tied", "said"
SERIOUS = ("shortcut", "review", "suspect", "unidentifiable")
TABLE = [
    # script, variant, options beside those that it prints, what is expected, of what
    ("ham", "", ["no table"], STOPS, r"--metadata FOLDER/HAM10000_metadata\.csv"),
    ("ham", "", ["{}/HAM10000_metadata.csv"], FOUND, "ruler"),
    ("ham", "", ["{}/step2.csv"], FOUND, "ruler"),
    *(("splits", variant, [], FOUND, "ruler") for variant in ("brain", "intel", "extra", "one")),
    ("masks", "", [], STOPS, r"--exclude '\*mask\*'"),
    ("masks", "", ["--exclude", "*mask*"], SAID, r"90 images in 3 classes"),
    *(("columns", each, [], TIED, "age") for each in ("ctrl", "age_unknown", "age_Y", "few_plus", "minus")),
    ("columns", "comma", [], TIED, "thickness"),
    ("columns", "date", [], TIED, "study_date"),
    ("columns", "idprefix", [], TIED, "accession"),
    *(("tables", each, [], FOUND, "ruler") for each in ("kaggle", "kaggle_path", "kaggle_name", "extcase", "jsonl")),
    *(("tables", each, [], FOUND, "ruler") for each in ("kaggle_ok", "label_case", "label_other")),
    *(("tables", each, [], SAID, r"left out: 10 \(no label in the table\)") for each in ("labelblank", "labelna")),
    ("tables", "hf", ["no table"], FOUND, "ruler"),
    ("tables", "hf", [], STOPS, r"There is no file .*--metadata"),
    ("tables", "chexpert", [], STOPS, r"--label-column Edema --positive 1"),
    ("tables", "nih", [], STOPS, r"--positive Effusion"),
    ("folders", "linkone", [], STOPS, "--follow-links"),
    ("folders", "linkone", ["--follow-links"], FOUND, "ruler"),
    *(("folders", each, [], STOPS, "--follow-links") for each in ("linkfiles", "linkdirs")),
    *(("folders", each, ["--follow-links"], SAID, "60 images in 2 classes") for each in ("linkfiles", "linkdirs")),
    ("folders", "hfhub", [], SAID, "60 images in 2 classes: cat 30, dog 30"),
    ("folders", "keywords", [], STOPS, "--layout class"),
    ("folders", "keywords", ["--layout", "class"], SAID, "60 images in 2 classes: test 30, train 30"),
    *(("folders", each, [], SAID, "6[04] images in 2 classes") for each in ("hidden", "junk")),
    ("folders", "case", [], SAID, "Cat and cat differ in capitals alone"),
    ("folders", "unlabelledtest", [], FOUND, "ruler"),
    ("folders", "nest", [], STOPS, "--layout class"),
    ("misc", "cwd", ["twice"], SAID, "classes: a 80, b 80"),
    ("misc", "split_testing", [], SAID, "held out: testing"),
    ("misc", "split_01", [], STOPS, "--split"),
    ("misc", "rotated", [], TIED, "leakage"),
    ("misc", "partial", [], STOPS, "90 of 120 files have no row"),
    ("misc", "refspell", [], SAID, "Verdict"),
]


def made(folder: Path, script: str, variant: str) -> str:
    """The command that a case prints, once it has made its folder."""
    done = subprocess.run(
        [sys.executable, CASES / f"{script}.py", folder, variant], check=True, capture_output=True, text=True, cwd=CASES
    )
    return done.stdout.strip()


def options_of(command: str) -> list[str]:
    """The options in the command that a case prints, without those of the shell."""
    words = shlex.split(command.split("#")[0].split(" ; ")[0], comments=False)
    return words[words.index("scan") + 2 :] if "scan" in words and "&&" not in words else []


@pytest.mark.slow
@pytest.mark.parametrize(("script", "variant", "more", "expected", "what"), TABLE)
def test_it_is_understood_or_stops_with_the_option_that_settles_it(script, variant, more, expected, what, tmp_path):
    folder = tmp_path / "data"
    options = options_of(made(folder, script, variant))
    if more[:1] == ["no table"] or script == "ham":
        options, more = [], more[1:] if more[:1] == ["no table"] else ["--metadata", more[0].format(folder)]
    times = 2 if more == ["twice"] else 1
    more = [] if more == ["twice"] else more
    wanted = {what, "sharpness"} if expected == FOUND else {"brightness"}
    without = [cue.id for cue in BUILTIN if cue.id not in wanted]
    out = folder / "reports" if times == 2 else tmp_path / "out"
    for _ in range(times):
        got = audited("scan", folder, *options, *more, out=out, without=[*without, "properties_together"])
    if expected == STOPS:
        assert got.code in (2, 3)
        assert re.search(what, got.err)
        return
    assert got.code == 0, got.err
    if expected == SAID:
        assert re.search(what, got.err)
        return
    findings = {each["id"]: each["verdict"] for each in got.record["findings"]}
    serious = [id for id, verdict in findings.items() if verdict in SERIOUS]
    if expected == FOUND and findings[f"artefact-{what}"] == "untested":  # the pictures are too small for it
        assert "property-sharpness" in serious, findings
        return
    assert [id for id in serious if what in id], findings
