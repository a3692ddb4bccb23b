"""A cluster reads the images: the same results as here, also where a worker is lost; and plain words where it is not.

What needs Dask or Ray is skipped where that is not installed.
"""

import importlib.util
import ipaddress
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import biasaudit as ba
from biasaudit.errors import EnvironmentFault, UsageError
from biasaudit.runtime import cluster
from tests.planted import ARTEFACTS, brighter, plant

DEADLY = '''
import os
import signal
from biasaudit.cues.cue import cue

@cue(kind="property", question="Does the worker live?", unit="1")
def deadly(photo):
    """Why it matters: the first worker that comes here is lost."""
    if os.getpid() != int(os.environ["DEADLY_SPARES"]):
        try:
            os.close(os.open(os.environ["DEADLY_ONCE"], os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return float(photo.gray.std())
'''


@pytest.fixture
def deadly(tmp_path, monkeypatch):
    (tmp_path / "deadly_for_tests.py").write_text(DEADLY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, sys.path)]))
    monkeypatch.setenv("DEADLY_ONCE", str(tmp_path / "fallen"))
    monkeypatch.setenv("DEADLY_SPARES", str(os.getpid()))
    import deadly_for_tests

    yield deadly_for_tests.deadly, tmp_path / "fallen"
    del sys.modules["deadly_for_tests"]


@pytest.fixture
def images(tmp_path):
    plant(tmp_path / "images", brighter, n=160)
    return tmp_path / "images"


def scan(folder, out, **choices):
    return ba.audit(folder, out=out, scan=True, without=ARTEFACTS, **choices)


def told(result):
    """All that an audit says, without when and how it ran."""
    record = result.record.model_dump()
    del record["run"]
    for choice in ("engine", "jobs"):
        del record["settings"][choice]
    return record


def needs(engine):
    """Not by importing it: that is done by who starts a cluster."""
    if not all(map(importlib.util.find_spec, cluster.MODULES[engine])):
        pytest.skip(f"{engine} is not installed")


def same(one, other):
    pd.testing.assert_frame_equal(*(pd.read_parquet(each.folder / "images.parquet") for each in (one, other)))
    assert told(one) == told(other)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_a_lost_worker_costs_nothing_and_results_are_those_of_this_machine(engine, tmp_path, images, deadly):
    needs(engine)
    cue, fallen = deadly
    there = scan(images, tmp_path / "there", engine=engine, jobs=2, extra=[cue])
    assert fallen.exists()  # one worker was killed while it measured
    here = scan(images, tmp_path / "here", jobs=1, extra=[cue])
    assert here.record.findings[0].verdict == "suspect"
    same(there, here)


def test_a_missing_package_is_said_before_any_work(tmp_path, images, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(EnvironmentFault, match=r"pip install '.\[ray\]'"):
        scan(images, tmp_path / "out", engine="ray")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_an_address_that_does_not_answer_is_said_before_any_work(engine, tmp_path, images, monkeypatch):
    for module in cluster.MODULES[engine]:
        monkeypatch.setitem(sys.modules, module, sys)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(EnvironmentFault, match=rf"Nothing answers at 127.0.0.1:{port} .*start one with `{engine}"):
        scan(images, tmp_path / "out", engine=engine, address=f"127.0.0.1:{port}")
    with pytest.raises(UsageError, match="write HOST:PORT"):
        scan(images, tmp_path / "out", engine=engine, address="somewhere")
    assert not (tmp_path / "out").exists()


def test_choices_that_do_not_fit_are_usage_errors(tmp_path, images):
    with pytest.raises(UsageError, match="choose from local, dask, ray"):
        scan(images, tmp_path / "out", engine="spark")
    with pytest.raises(UsageError, match="--engine dask"):
        scan(images, tmp_path / "out", address="10.0.0.1:8786")


def test_a_worker_that_would_measure_something_else_is_told(tmp_path):
    def ask(places, code, libraries=None):
        libraries = cluster.libraries() if libraries is None else libraries
        return cluster._ask(cluster._Question(places=places, code=code, libraries=libraries, carried=()))

    assert ask([tmp_path], cluster.our_code()) == ""
    assert "another version" in ask([tmp_path], "other")
    assert "cannot read" in ask([tmp_path / "absent"], cluster.our_code())
    others = [*cluster.libraries()[:-1], "numpy 0.1"]
    assert "numpy 0.1" in ask([tmp_path], cluster.our_code(), others)


def test_a_file_that_a_worker_alone_cannot_read_is_no_finding(tmp_path, images, monkeypatch):
    from biasaudit.evidence.measure import survey as module
    from biasaudit.images.decode import decode

    target, ours = next(path for path in sorted(images.rglob("*.*")) if path.is_file()), decode

    def gone(path, *scale):
        if path == target.absolute() and len(read) == 0:
            read.append(path)
            raise FileNotFoundError(2, "No such file or directory")
        return ours(path, *scale)

    read = []
    monkeypatch.setattr(module, "decode", gone)
    monkeypatch.setattr(module, "on_cluster", lambda: tmp_path)
    with pytest.raises(EnvironmentFault, match=f"{target.name} .*can be read here"):
        scan(images, tmp_path / "out", jobs=1)
    assert not (tmp_path / "out" / "audit.json").exists()


def test_what_listens_and_is_no_scheduler_is_told(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        with pytest.raises(EnvironmentFault, match="no Dask scheduler"):
            cluster._check_scheduler(f"127.0.0.1:{mute.getsockname()[1]}")


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_a_cluster_that_is_started_here_answers_this_machine_alone_and_leaves_nothing(engine, tmp_path):
    """In a process of its own: Ray asks the environment when it is imported."""
    needs(engine)
    home = tmp_path / "home"
    (tmp_path / "out" / "cache").mkdir(parents=True)
    home.mkdir()
    script = tmp_path / "listening.py"
    script.write_text(LISTENING)
    before = set(Path("/tmp").glob("ray*"))
    command = [sys.executable, str(script), engine, str(tmp_path / "out")]
    told = subprocess.run(command, env=os.environ | {"HOME": str(home)}, capture_output=True, text=True, check=True)
    addresses = json.loads(told.stdout.splitlines()[-1])
    assert addresses
    assert [each for each in addresses if not ipaddress.ip_address(each.removeprefix("::ffff:")).is_loopback] == []
    assert set(Path("/tmp").glob("ray*")) <= before
    assert not list(home.glob(".ray*"))


LISTENING = """
import json
import sys
from pathlib import Path

import joblib
import psutil

from biasaudit.runtime.cluster import cluster, spread

if __name__ == "__main__":
    with cluster(sys.argv[1], None, 2, places=(Path(sys.argv[2]),), carried=()):
        assert sorted(spread((joblib.delayed(abs)(-number) for number in range(4)), 2)) == [0, 1, 2, 3]
        ours = {psutil.Process().pid, *(each.pid for each in psutil.Process().children(recursive=True))}
        sockets = [each for each in psutil.net_connections("inet") if each.status == "LISTEN" and each.pid in ours]
    print(json.dumps(sorted({each.laddr.ip for each in sockets})))
"""
"""The addresses at which a cluster of ours listens."""
