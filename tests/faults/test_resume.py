"""An interruption after any stage: the same result as without one, and no finished piece of work is done again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from biasaudit.model.head import Head
from biasaudit.model.training import kept_training
from biasaudit.runtime import checkpoints
from tests.faults.command import audited
from tests.planted import ARTEFACTS, brighter, plant


@pytest.fixture
def written(monkeypatch):
    """The names of the pieces that are kept, in order; after `stop_after` of them, if it is set, the run is ended."""

    class Written(list):
        stop_after = None

    names = Written()

    def counting(write):
        def counted(path, what):
            kept = write(path, what)
            names.append(path.name)
            if len(names) == names.stop_after:
                raise KeyboardInterrupt
            return kept

        return counted

    monkeypatch.setattr(checkpoints, "write_text", counting(checkpoints.write_text))
    monkeypatch.setattr(checkpoints, "write_atomically", counting(checkpoints.write_atomically))
    return names


def but_for_its_run(record: dict) -> dict:
    return {name: value for name, value in record.items() if name != "run"}


def stage(name: str) -> str:
    return name.rpartition("-")[0]


def test_54_a_run_that_was_ended_after_every_stage_goes_on_from_there(tmp_path, stub_network, written, seen):
    """Ended after the first stage, started again and ended after the second, and so on to the end."""
    plant(tmp_path / "data", brighter, n=100)
    whole = but_for_its_run(audited("run", tmp_path / "data", out=tmp_path / "whole").record)
    everything = list(written)
    stages = list(dict.fromkeys(map(stage, everything)))
    assert {"survey", "features", "reliance", "views"} <= set(stages)
    written.clear()
    for name in stages:
        written.stop_after = max(place for place, each in enumerate(everything, 1) if stage(each) == name)
        assert audited("run", tmp_path / "data").code == 130
        assert list(written) == everything[: written.stop_after], "what was finished is not done again"
    ended = audited("run", tmp_path / "data")
    assert ended.code == 0
    assert list(written) == everything
    assert but_for_its_run(ended.record) == whole
    assert not list((tmp_path / "out" / "cache" / "parts").iterdir())
    seen(54, f"ended after each of {len(stages)} stages: equal")


def interrupted_scan(folder, written):
    written.clear()
    written.stop_after = 2
    assert audited("scan", folder, "--fresh").code == 130
    written.stop_after = None
    written.clear()


def test_what_was_made_from_other_files_is_not_used_and_fresh_starts_over(tmp_path, written):
    plant(tmp_path / "data", n=80)
    interrupted_scan(tmp_path / "data", written)
    audited("scan", tmp_path / "data")
    surveyed = [name for name in written if stage(name) == "survey"]
    assert len(surveyed) == 1  # of three
    interrupted_scan(tmp_path / "data", written)
    audited("scan", tmp_path / "data", "--fresh")
    assert [stage(name) for name in written].count("survey") == 3
    interrupted_scan(tmp_path / "data", written)
    plant(tmp_path / "data", n=80, seed=1)
    audited("scan", tmp_path / "data")
    assert [stage(name) for name in written].count("survey") == 3


def test_what_another_version_or_choice_made_is_not_used(tmp_path, monkeypatch):
    def asked(choices) -> bool:
        made = []
        checkpoints.checkpoints_in(tmp_path, choices).json("work", 1, lambda: made.append(1))
        return bool(made)

    assert [asked("a"), asked("a"), asked("b")] == [True, False, True]
    monkeypatch.setattr(checkpoints, "our_code", lambda: "another version")
    assert [asked("a"), asked("a")] == [True, False]
    (tmp_path / "mine.json").write_text("{}")
    checkpoints.Checkpoints(tmp_path).discard()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.json"]


def test_nothing_is_kept_through_a_link(tmp_path):
    (tmp_path / "victim").mkdir()
    (tmp_path / "parts").symlink_to(tmp_path / "victim")
    kept = checkpoints.checkpoints_in(tmp_path / "parts", "a")
    assert kept.json("work", 1, lambda: 5) == 5
    kept.discard()
    assert not list((tmp_path / "victim").iterdir())


def test_59_a_spoilt_piece_is_made_anew(tmp_path, written):
    plant(tmp_path / "data", brighter, n=80)
    whole = but_for_its_run(audited("scan", tmp_path / "data", out=tmp_path / "whole").record)
    written.clear()
    written.stop_after = 2
    audited("scan", tmp_path / "data")
    written.stop_after = None
    for path in (tmp_path / "out" / "cache" / "parts").iterdir():
        path.write_bytes(path.read_bytes()[:50])
    assert but_for_its_run(audited("scan", tmp_path / "data").record) == whole


def test_nobodys_words_are_kept_in_a_piece(tmp_path, written):
    """Until it is known how many pictures share a word, it may tell on one person."""
    from tests import hostile

    for number in range(40):
        exif = hostile.exif(1)
        exif[0x0110] = "Camera of Jane Patient"
        hostile.save(tmp_path / "data" / "ab"[number % 2] / f"{number}.jpg", hostile.picture(number), exif=exif)
    written.stop_after = 2
    assert audited("scan", tmp_path / "data").code == 130
    kept = list((tmp_path / "out" / "cache" / "parts").iterdir())
    assert kept
    assert not [path for path in kept if b"Jane" in path.read_bytes()]


def test_a_network_that_was_trained_whole_is_not_trained_again(tmp_path):
    class Network:
        def __init__(self):
            self.weights = [np.zeros((2, 3), np.float32), np.zeros(3, np.float32)]

        def get_weights(self):
            return self.weights

        def set_weights(self, weights):
            self.weights = weights

    def trained():
        backbone.network.set_weights([np.full((2, 3), 0.1, np.float32), np.arange(3, dtype=np.float32)])
        return Head(np.ones((3, 2), np.float32), np.full(2, 0.3, np.float32)), {"loss": [0.7, 1 / 3]}

    def never():
        raise AssertionError

    for train in (trained, never):
        backbone = SimpleNamespace(network=Network())
        head, curves = kept_training(backbone, checkpoints.Checkpoints(tmp_path), 0, train)
        assert curves == {"loss": [0.7, 1 / 3]}
        assert [each.tolist() for each in backbone.network.get_weights()] == [[[np.float32(0.1)] * 3] * 2, [0, 1, 2]]
        assert (head.weights.shape, head.bias.tolist()) == ((3, 2), [np.float32(0.3)] * 2)


@pytest.mark.slow
def test_54_a_scan_that_was_killed_goes_on(tmp_path, seen):
    plant(tmp_path / "data", brighter, n=120)
    options = ["--without", ",".join(ARTEFACTS), "-q"]
    command = [sys.executable, "-m", "biasaudit", "scan", tmp_path / "data", *options, "--out"]
    subprocess.run([*command, tmp_path / "whole"], check=True, capture_output=True)
    for number in range(3):
        out = tmp_path / f"out{number}"
        run = subprocess.Popen([*command, out], start_new_session=True, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while len(list((out / "cache" / "parts").glob("*.json"))) < number + 1 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        subprocess.run([*command, out], check=True, capture_output=True)
        whole, resumed = (json.loads((folder / "audit.json").read_text()) for folder in (tmp_path / "whole", out))
        assert but_for_its_run(resumed) == but_for_its_run(whole)
    seen(54, "3 real kills: equal")
