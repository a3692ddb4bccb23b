"""The command line as a person meets it: exit codes, no tracebacks, paths on stdout, and a quick --help."""

import json
import os
import subprocess
import sys

import pytest

from biasaudit import cli
from tests.planted import ARTEFACTS, QUICK, brighter, plant

FEW = ("--without", ",".join(ARTEFACTS))
"""What a scan leaves out here: nothing below asks about it."""


@pytest.fixture
def command(monkeypatch, capsys):
    """Run one command in this process; returns (exit code, stdout, stderr)."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["biasaudit", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as exit:
            code = exit.code or 0
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return run


@pytest.fixture(scope="module")
def bright(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted") / "bright"
    plant(folder, brighter, n=120)
    return folder


def of_children():
    """Seconds that the processors spent on what this process has started: what else they are busy with is not in it."""
    spent = os.times()
    return spent.children_user + spent.children_system


def test_help_takes_under_half_a_second_and_imports_no_tensorflow():
    code = "import sys, biasaudit.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"tensorflow", "keras", "pandas", "cv2", "sklearn", "scipy"} & set(modules)
    times = []
    for _ in range(3):
        began = of_children()
        subprocess.run([sys.executable, "-m", "biasaudit", "--help"], check=True, capture_output=True)
        times.append(of_children() - began)
    assert min(times) < 0.5


def test_a_scan_prints_the_paths_of_its_results_on_stdout_and_progress_on_stderr(command, bright, tmp_path):
    code, out, err = command("scan", bright, "--out", tmp_path / "out", *FEW)
    assert code == 0
    assert out.split() == [
        str(tmp_path / "out" / n)
        for n in ("audit.json", "findings.csv", "images.parquet", "report.html", "weights.csv")
    ]
    assert "Reading 120 images" in err
    assert "Verdict: none_detected" in err  # looks alone are a question, and no alarm
    assert "ask: The classes differ in light" in err


def test_a_split_prints_its_shares_the_file_and_how_to_use_it(command, bright, tmp_path):
    code, out, err = command("split", bright, "--out", tmp_path / "out", *FEW)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "120 images"
    assert lines[1].split() == ["all", "train", "val", "test"]
    assert lines[2].split() == ["images", "120", "84", "18", "18"]
    assert lines[-2] == str(tmp_path / "out" / "split.csv")
    assert lines[-1] == f"Use it: biasaudit run {bright} --metadata {lines[-2]} --split split"
    assert "Dealing the images into parts" in err
    out = command("split", bright, "--out", tmp_path / "out", *FEW, "-q", "--parts", "a=0.5", "--parts", "b=0.5")[1]
    assert out.splitlines()[1].split() == ["all", "a", "b"]


def test_an_option_of_names_may_be_given_more_than_once(command, bright, tmp_path):
    command("scan", bright, "--out", tmp_path / "out", *FEW, "--without", "contrast,entropy", "--without", "tint")
    settings = json.loads((tmp_path / "out" / "audit.json").read_text())["settings"]
    assert settings["without"] == [*ARTEFACTS, "contrast", "entropy", "tint"]


def test_fail_on_exits_1_only_for_what_it_names(command, bright, tmp_path):
    options = ("--out", tmp_path / "o", "--quiet", *FEW)
    assert command("scan", bright, *options, "--fail-on", "shortcut,ask")[0] == 1
    assert command("scan", bright, *options, "--fail-on", "shortcut,suspect")[0] == 0
    code, _, err = command("scan", bright, "--fail-on", "typo")
    assert code == 2
    assert "typo" in err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("scan", "nowhere"), 2, "nowhere"),
        (("scan", "EMPTY"), 3, "no labelled images"),
        (("scan", "BRIGHT", "--metadata", "missing.csv"), 2, "missing.csv"),
        (("split", "BRIGHT", "--parts", "train=2,test=3"), 2, "--parts"),
        (("run", "BRIGHT", "--backbone", "resnet5000"), 2, "resnet5000"),
        (("run", "BRIGHT", "--backbone", "MODEL"), 2, "trust-model"),
        (("run", "BRIGHT", "--model", "MODEL"), 2, "trust-model"),
        (("run", "BRIGHT", "--pixels", "0..1"), 2, "--model"),
        (("demo", "unicorn"), 2, "unicorn"),
        (("cues", "unicorn"), 2, "unicorn"),
        (("report", "nowhere.json"), 2, "nowhere.json"),
        (("scan", "BRIGHT", "--out", "/proc/nothing"), 5, "--out"),
    ],
)
def test_errors_name_the_cause_and_have_their_code(command, bright, tmp_path, arguments, code, says):
    (tmp_path / "empty").mkdir()
    (tmp_path / "model.keras").write_bytes(b"")
    places = {"EMPTY": tmp_path / "empty", "BRIGHT": bright, "MODEL": tmp_path / "model.keras"}
    seen, _, err = command(*(places.get(argument, argument) for argument in arguments))
    assert seen == code
    assert says in err


def test_labels_by_chance_exit_4(command, tmp_path, stub_network):
    plant(tmp_path / "a", n=120)
    names = sorted((tmp_path / "a").glob("*/*.jpg"), key=lambda path: path.name)
    rows = "".join(f"{p.parent.name}/{p.name},{'x' if i % 4 < 2 else 'y'}\n" for i, p in enumerate(names))
    (tmp_path / "m.csv").write_text("path,label\n" + rows)
    options = ("--metadata", tmp_path / "m.csv", "--out", tmp_path / "o", "-q", "--without", ",".join(QUICK))
    code, _, _ = command("run", tmp_path / "a", *options)
    assert code == 4
    assert json.loads((tmp_path / "o" / "audit.json").read_text())["verdict"] == "inconclusive"


def test_report_redraws_from_audit_json_alone(command, bright, tmp_path):
    command("scan", bright, "--out", tmp_path / "out", "-q", *FEW)
    before = (tmp_path / "out" / "report.html").read_text()
    code, out, _ = command("report", tmp_path / "out" / "audit.json", "--out", tmp_path / "again.html")
    assert code == 0
    assert out.strip() == str(tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text() == before


def test_a_file_that_is_no_audit_is_refused(command, tmp_path):
    (tmp_path / "a.json").write_text('{"verdict": "clean"}')
    code, _, err = command("report", tmp_path / "a.json")
    assert code == 2
    assert "no audit" in err


def test_every_cue_and_detector_explains_itself(command):
    for what in ("cues", "detectors"):
        code, out, _ = command(what)
        assert code == 0
        for line in out.splitlines():
            assert line.endswith("?")
            explained = command(what, line.split()[0])[1]
            for part in ("Why it matters", "How it is measured", "What it cannot show", "References"):
                assert part in explained, (line, part)
