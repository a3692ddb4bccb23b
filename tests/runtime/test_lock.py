"""One run per output folder: the second is told who holds it, and a run that was killed holds nothing."""

import os
import signal
import subprocess
import sys

import pytest

from biasaudit.errors import EnvironmentFault
from biasaudit.runtime.lock import held

HOLDING = """
import sys, time
from pathlib import Path
from biasaudit.runtime.lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLDING, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_fault_58_the_second_run_is_told_who_holds_the_folder(holder, tmp_path):
    with pytest.raises(EnvironmentFault, match=f"process {holder.pid} on"), held(tmp_path):
        pass
    with held(tmp_path / "another"):
        assert (tmp_path / "another" / "cache").is_dir()


def test_a_run_that_was_killed_holds_nothing(holder, tmp_path):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with held(tmp_path):
        pass
    assert not (tmp_path / "cache" / "holder.json").exists()


def test_it_is_let_go_when_the_run_ends_in_an_error(tmp_path):
    with pytest.raises(ValueError, match="ours"), held(tmp_path):
        raise ValueError("ours")
    with held(tmp_path):
        pass


def test_what_the_holder_says_of_itself_is_not_believed_blindly(holder, tmp_path):
    (tmp_path / "cache" / "holder.json").write_text('{"process": "rm -rf", "host": "x"}')
    with pytest.raises(EnvironmentFault, match="by another run\\."), held(tmp_path):
        pass


def test_a_lock_that_is_a_link_is_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "out" / "cache").mkdir(parents=True)
    (tmp_path / "out" / "cache" / ".lock").symlink_to(victim)
    with pytest.raises(EnvironmentFault), held(tmp_path / "out"):
        pass
    assert victim.read_text() == "precious"
