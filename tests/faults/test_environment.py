"""A machine that refuses: full, read-only, short of memory, in use, or with a cache that somebody spoilt."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from biasaudit.model.network import in_smaller_batches
from biasaudit.runtime import cache
from tests.faults.command import audited
from tests.hostile import class_folder, picture, save
from tests.planted import ARTEFACTS, brighter, plant

RESULTS = ("audit.json", "findings.csv", "images.parquet", "report.html")


def test_52_a_full_disk_at_any_write_leaves_the_old_files_whole(tmp_path, monkeypatch, seen):
    folder = class_folder(tmp_path / "data", cat=8, dog=8)
    audited("scan", folder)
    old = {name: (tmp_path / "out" / name).read_bytes() for name in RESULTS}
    save(folder / "cat" / "one_more.png", picture(99, 12, 16))
    whole, synced, limit = os.fsync, [], []

    def full(handle):
        synced.append(handle)
        if limit and len(synced) > limit[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(handle)

    monkeypatch.setattr(cache.os, "fsync", full)
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    new = audited("scan", folder, out=tmp_path / "copy")
    writes = len(synced)
    assert new.code == 0
    assert writes > len(RESULTS)
    tables = {old["findings.csv"], (tmp_path / "copy" / "findings.csv").read_bytes()}
    for place in range(writes):
        synced.clear()
        limit[:] = [place]
        ended = audited("scan", folder, "--fresh")
        assert ended.code == 5
        assert "No space left" in ended.err
        assert (tmp_path / "out" / "report.html").read_bytes() == old["report.html"]
        assert (tmp_path / "out" / "findings.csv").read_bytes() in tables
        assert ended.record["verdict"]  # whole, old or new
        assert not list((tmp_path / "out").glob(".*"))
    seen(52, f"exit 5 at each of {writes} writes, report whole")


def test_53_an_output_folder_that_cannot_be_written_ends_the_run_before_any_work(tmp_path, seen):
    folder = class_folder(tmp_path / "data", cat=8, dog=8)
    (tmp_path / "file").write_text("in the way")
    for out in ("/proc/nothing", tmp_path / "file" / "out"):
        ended = subprocess.run(
            [sys.executable, "-m", "biasaudit", "scan", folder, "--out", out], capture_output=True, text=True
        )
        assert ended.returncode == 5
        assert "--out" in ended.stderr
        assert "Reading" not in ended.stderr
        assert "Traceback" not in ended.stderr
    seen(53, "exit 5 before an image is read")


def test_56_without_memory_the_run_ends_with_what_to_do(tmp_path, monkeypatch, seen):
    folder = class_folder(tmp_path / "data", cat=8, dog=8)

    def no_memory(*arguments, **choices):
        raise MemoryError

    monkeypatch.setattr("biasaudit.evidence.measure.survey.decode", no_memory)
    ended = audited("scan", folder)
    assert ended.code == 5
    assert "out of memory" in ended.err
    seen(56, "exit 5: out of memory")


@pytest.mark.parametrize("error", [MemoryError, type("ResourceExhaustedError", (Exception,), {})])
def test_56_a_network_that_is_short_of_memory_gets_smaller_batches(error, seen):
    sizes = []

    def extract(images, most=3):
        sizes.append(len(images))
        if len(images) > most:
            raise error
        return images * 2

    images = np.arange(20).reshape(10, 2)
    assert (in_smaller_batches(extract)(images) == images * 2).all()
    assert max(sizes[-2:]) <= 3
    with pytest.raises(MemoryError, match="one image"):
        in_smaller_batches(lambda images: extract(images, most=0))(images)
    seen(56, "batch halved until it fits")


class Payload:
    """What an unpickler would run."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_59_a_spoilt_cache_is_made_anew_and_nothing_in_it_is_executed(tmp_path, stub_network, seen):
    plant(tmp_path / "data", brighter, n=60)
    first = audited("run", tmp_path / "data").record["findings"]
    kept = sorted((tmp_path / "out" / "cache").glob("*.npz"))
    assert len(kept) >= 2
    for path in kept[1:]:
        with np.load(path) as stored:
            names = stored.files
        spoilt = np.array([Payload(tmp_path / "executed")], dtype=object)
        np.savez(path, **dict.fromkeys(names, spoilt))
    kept[0].write_bytes(b"PK\x03\x04 no archive")
    assert audited("run", tmp_path / "data").record["findings"] == first
    assert not (tmp_path / "executed").exists()
    seen(59, f"{len(kept)} arrays made anew, nothing executed")


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.pkl"])
def test_59_a_model_file_is_not_opened_without_a_word_of_trust(tmp_path, name):
    folder = class_folder(tmp_path / "data", cat=8, dog=8)
    (tmp_path / name).write_bytes(b"anything")
    ended = audited("run", folder, "--model", tmp_path / name)
    assert ended.code == 2
    assert "--trust-model" in ended.err or ".keras" in ended.err


@pytest.mark.slow
def test_50_twenty_thousand_tiny_files(tmp_path, seen):
    """A tenth of them here, in a tenth of the time; memory is that of the largest process."""
    folder = tmp_path / "data"
    rng = np.random.default_rng(0)
    for number in range(2_000):
        save(folder / "ab"[number % 2] / f"{number}.png", rng.integers(0, 256, (8, 8, 3), dtype=np.uint8))
    script = (
        "import re, sys, time; from pathlib import Path; from biasaudit import audit; began = time.perf_counter();"
        "audit(sys.argv[1], out=sys.argv[2], scan=True, jobs=2, without=sys.argv[3].split(','));"
        # not getrusage, which counts the process that started this one
        "peak = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1];"
        "print(time.perf_counter() - began, int(peak) // 1024)"
    )
    arguments = [sys.executable, "-c", script, folder, tmp_path / "out", ",".join(ARTEFACTS)]
    ended = subprocess.run(arguments, capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, ended.stdout.split())
    assert megabytes < 1_500
    seen(50, f"2,000 in {seconds:.0f} s, {megabytes:.0f} MB")


def test_60_neither_the_place_nor_the_order_of_files_nor_of_processes_changes_a_finding(tmp_path, monkeypatch, seen):
    plant(tmp_path / "a" / "data", brighter, n=140)
    for path in sorted((tmp_path / "a" / "data").rglob("*.jpg"), reverse=True):
        copy = tmp_path / "b" / path.relative_to(tmp_path / "a")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    first = audited("scan", tmp_path / "a" / "data", "--jobs", "1")
    monkeypatch.chdir(tmp_path / "b")
    second = audited("scan", Path("data"), "--jobs", "2", out=Path("out").absolute())
    assert first.record["findings"] == second.record["findings"]
    assert first.record["dataset"]["fingerprint"] == second.record["dataset"]["fingerprint"]
    seen(60, "equal: folder, order, --jobs 1 and 2")


def test_nothing_is_asked_of_a_network(tmp_path):
    alone = ["unshare", "--map-root-user", "--net"]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine does not let a process give up its network")
    folder = class_folder(tmp_path / "data", cat=8, dog=8)
    command = [*alone, sys.executable, "-m", "biasaudit", "scan", folder, "--out", tmp_path / "out", "-q"]
    assert subprocess.run(command, capture_output=True).returncode == 0
