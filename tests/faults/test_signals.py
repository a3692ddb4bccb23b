"""A real process that is stopped: the right code, nobody left behind, and the next run ends well."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.planted import plant


def hear() -> None:
    """In a child: a job that a script started in the background was told not to hear SIGINT, and so were its own."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signals") / "data"
    plant(folder, n=1000)  # more than is read in four seconds
    return folder


def in_session(leader: int) -> list[int]:
    """The processes of a session that are still alive."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def nobody_left(leader: int) -> bool:
    deadline = time.monotonic() + 20
    while in_session(leader) and time.monotonic() < deadline:
        time.sleep(0.1)
    return in_session(leader) == []


def best_of_three(ended) -> float:
    """Seconds that `ended` says it took, at best: it is asked again only where the machine was busy with others."""
    best = ended()
    for _ in range(2):
        if best >= 2:
            best = min(best, ended())
    return best


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_55_a_run_that_is_asked_to_end_ends_within_two_seconds_and_leaves_nobody(folder, tmp_path, number, code, seen):
    took = best_of_three(lambda: a_scan_that_is_asked_to_end(folder, tmp_path / "out", number, code))
    assert took < 2 if os.cpu_count() > 1 else took < 5
    seen(55, f"{signal.Signals(number).name}: {code} in {took:.1f} s")


def a_scan_that_is_asked_to_end(folder: Path, out: Path, number: int, code: int) -> float:
    """Seconds until it had ended, in the middle of its measuring."""
    command = [sys.executable, "-m", "biasaudit", "scan", folder, "--out", out, "--jobs", "2", "--fresh"]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=hear)
    while "Auditing" not in (line := run.stderr.readline()):
        assert line, "it ended by itself"
    time.sleep(4)
    began = time.monotonic()
    os.kill(run.pid, number)
    _, err = run.communicate(timeout=20)
    took = time.monotonic() - began
    assert run.returncode == code
    assert "Traceback" not in err
    assert nobody_left(run.pid)
    return took


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_process_that_hears_nothing_is_ended_all_the_same(number, code):
    """Its main thread is in a call that lasts minutes and lets no signal in; its worker waits for ever."""
    stuck = """
import hashlib, multiprocessing, time
from biasaudit.runtime.signals import end_when_asked
end_when_asked()
worker = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,))
worker.start()
print("ready", flush=True)
hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)
"""

    def ended() -> float:
        command = [sys.executable, "-c", stuck]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=hear)
        assert run.stdout.readline() == "ready\n"
        began = time.monotonic()
        os.kill(run.pid, number)
        assert run.wait(timeout=20) == code
        took = time.monotonic() - began
        assert nobody_left(run.pid)
        return took

    assert best_of_three(ended) < 2
