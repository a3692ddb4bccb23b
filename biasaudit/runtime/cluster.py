"""Where work by the image is done: in processes of this machine, or by the workers of a Dask or Ray cluster.

Workers read the files themselves, from the same paths, and hand back what they found. A task depends on its files
and nothing else, so one that is lost with its worker is done again by another and ends as it would have ended.
"""

from __future__ import annotations

import asyncio
import importlib
import ipaddress
import logging
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib

from biasaudit.errors import EnvironmentFault, UsageError
from biasaudit.runtime.checkpoints import libraries, our_code
from biasaudit.runtime.processes import parallel

ENGINES = ("local", "dask", "ray")
MODULES = {"dask": ("dask", "distributed"), "ray": ("ray",)}
START = {
    "dask": "start one with `dask scheduler`, and workers with `dask worker tcp://HOST:8786 --nthreads 1`",
    "ray": "start one with `ray start --head`, and more machines with `ray start --address HOST:6379`",
}
ALONE = {"ray": {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_AUTH_MODE": "token"}}
"""What a package must find in the environment when it is imported, so that a cluster started here answers this machine
and who has its token: Ray listens on every interface but where it takes itself to be on a machine of one person, as it
does on Windows. Dask listens on this machine alone."""
PATIENCE = 10.0
"""Seconds that a cluster has to answer in."""

Hand = Callable[[Iterable[Any]], Iterable[Any]]
"""Hands joblib's delayed tasks to the workers and gives their results, in any order."""

_imported_alone: set[str] = set()
"""Packages that found in the environment what they must when they were imported."""
_workers: ContextVar[Hand | None] = ContextVar("workers", default=None)
"""To the workers of the cluster that does the work; None on this machine."""
_shared: ContextVar[Path | None] = ContextVar("shared", default=None)
"""The folder of working files that every worker of that cluster sees."""


def check_engine(engine: str, address: str | None) -> None:
    """Raise UsageError or EnvironmentFault where a cluster cannot be had; at once, and nothing is started."""
    if engine not in ENGINES:
        raise UsageError(f"--engine {engine}: choose from {', '.join(ENGINES)}.")
    if engine == "local":
        if address is not None:
            raise UsageError("--address is where a cluster answers: name it with --engine dask or --engine ray.")
        return
    try:
        _import(engine, address)
    except ImportError as error:
        raise EnvironmentFault(
            f"--engine {engine} needs the package {error.name or engine}, here and on every worker: "
            f"pip install '.[{engine}]' in biasaudit's folder."
        ) from error
    if address is not None:
        _answers(engine, address)


def _import(engine: str, address: str | None) -> None:
    """Raise ImportError, or EnvironmentFault where it was imported otherwise than a cluster of our own needs."""
    values = ALONE.get(engine, {}) if address is None else {}
    imported = sys.modules.get(engine)
    told = engine in _imported_alone or all(os.environ.get(name) == value for name, value in values.items())
    if values and imported and not told and not imported.is_initialized():
        raise EnvironmentFault(
            f"{engine} was imported before, and a cluster started here would listen on all interfaces. Set "
            + " and ".join(f"{name}={value}" for name, value in values.items())
            + " before it is imported, or start a cluster yourself and name it with --address."
        )
    with _environment(values):
        for module in MODULES[engine]:
            importlib.import_module(module)
    if values and not imported:
        _imported_alone.add(engine)


def _answers(engine: str, address: str) -> None:
    if engine == "ray" and address == "auto":
        return
    host, _, port = address.rpartition("://")[2].rstrip("/").rpartition(":")
    if not host or not port.isdigit():
        raise UsageError(f"--address {address}: write HOST:PORT, as {engine} prints it when it starts.")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise EnvironmentFault(f"Nothing answers at {address} ({error}): {START[engine]}.") from error


@contextmanager
def cluster(
    engine: str, address: str | None, jobs: int | None, *, places: Sequence[Path], carried: Any
) -> Iterator[None]:
    """For as long as the block runs, `spread` hands its tasks to this cluster; without an address one is started here.

    Args:
        jobs: workers to start where there is no address.
        places: folders that every worker must see, under the same paths; working files lie in the last one's cache.
        carried: what the tasks will carry, which workers must be able to import.

    Raises EnvironmentFault where no worker answers, or one sees other files or runs other code.
    """
    opened: Callable[..., AbstractContextManager[Any]] = {"dask": _dask, "ray": _ray}.get(engine, _nowhere)
    question = _Question(
        places=[place.absolute() for place in places], code=our_code(), libraries=libraries(), carried=carried
    )
    with opened(address, jobs, question) as found:
        tokens = _workers.set(found), _shared.set(question.places[-1] / "cache")
        try:
            yield
        finally:
            _workers.reset(tokens[0])
            _shared.reset(tokens[1])


def on_cluster() -> Path | None:
    """Where there is a cluster now, the folder for working files that its workers see too; else None."""
    return None if _workers.get() is None else _shared.get()


def spread(tasks: Iterable[Any], jobs: int | None, *, few: bool = False) -> Iterable[Any]:
    """The results of joblib's delayed tasks, in any order, as the workers of the cluster or of this machine have them.

    few: too few tasks to be worth the start of a process; they are done in this one.
    """
    hand = _workers.get()
    if few or hand is None:
        return parallel(1 if few else jobs, return_as="generator_unordered")(tasks)
    return hand(tasks)


def in_order(tasks: Iterable[Any], jobs: int | None, *, few: bool = False) -> Iterator[Any]:
    """As `spread`, and the results in the order of the tasks, each as soon as those before it are there."""
    if few or _workers.get() is None:
        yield from parallel(1 if few else jobs)(tasks)
        return
    waiting: dict[int, Any] = {}
    due = 0
    for place, result in spread((joblib.delayed(_numbered)(*numbered) for numbered in enumerate(tasks)), jobs):
        waiting[place] = result
        while due in waiting:
            yield waiting.pop(due)
            due += 1


def _numbered(place: int, task: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]) -> tuple[int, Any]:
    function, given, named = task
    return place, function(*given, **named)


def shared_cores(jobs: int | None, *, few: bool) -> bool:
    """Whether tasks run beside each other, so that each should keep to one core."""
    return not few and (_workers.get() is not None or (jobs or joblib.cpu_count()) > 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Question:
    """Asked of every worker before any work: does it see the same files, and would it do the same with them?"""

    places: Sequence[Path]
    code: str
    libraries: Sequence[str]
    carried: Any
    """Nothing is done with it: a worker that cannot import it fails."""


def _ask(question: _Question) -> str:
    """What is wrong with this worker, or ""."""
    if our_code() != question.code:
        return "has another version of biasaudit: install the same everywhere"
    if differ := sorted(set(question.libraries) ^ set(libraries())):
        return f"has other versions than this machine ({', '.join(differ)}): install the same everywhere"
    if unseen := [place for place in question.places if not os.access(place, os.R_OK | os.X_OK)]:
        return f"cannot read {unseen[0]}: images and --out must lie where every worker sees them"
    return ""


def _check_answers(answers: dict[str, str]) -> None:
    for worker, wrong in sorted(answers.items()):
        if wrong:
            raise EnvironmentFault(f"The worker {worker} {wrong}.")


def _could_not_ask(engine: str, error: Exception) -> EnvironmentFault:
    return EnvironmentFault(
        f"The workers of {engine} could not be asked ({type(error).__name__}: {error}): every worker needs biasaudit, "
        "and cues of your own, where it can import them."
    )


def _nowhere(address: str | None, jobs: int | None, question: _Question) -> AbstractContextManager[None]:
    return nullcontext()


@contextmanager
def _dask(address: str | None, jobs: int | None, question: _Question) -> Iterator[Hand]:
    from distributed import Client, LocalCluster

    scratch = question.places[-1] / "cache" / "dask"
    if address is None and scratch.is_symlink():
        raise EnvironmentFault(f"{scratch} is a link to somewhere else. Remove it or choose another --out.")
    with (
        LocalCluster(
            n_workers=jobs or joblib.cpu_count(),
            threads_per_worker=1,
            dashboard_address=None,
            local_directory=str(scratch),
            silence_logs=logging.ERROR,
        )
        if address is None
        else nullcontext(address)
    ) as place:
        if address is not None:
            _check_scheduler(address)
        try:
            client = Client(place, timeout=PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise EnvironmentFault(f"No Dask scheduler answers at {address} ({error}): {START['dask']}.") from error
        with client:
            try:
                client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError as error:
                raise EnvironmentFault(f"The Dask scheduler at {address} has no workers: {START['dask']}.") from error
            try:
                answers = client.run(_ask, question)
            except Exception as error:
                raise _could_not_ask("Dask", error) from error
            _check_answers(answers)

            def hand(tasks: Iterable[Any]) -> Iterable[Any]:
                with joblib.parallel_config(backend="dask", client=client):
                    there = joblib.Parallel(return_as="generator_unordered")
                return there(tasks)

            yield hand


def _check_scheduler(address: str) -> None:
    """Raise EnvironmentFault where something else than a scheduler listens: a client would wait for it without end."""
    from distributed import rpc

    async def ask() -> None:
        async with rpc(address) as scheduler:
            await asyncio.wait_for(scheduler.identity(), PATIENCE)

    try:
        with ThreadPoolExecutor(1) as beside:  # a notebook has a loop of its own in this thread
            beside.submit(asyncio.run, ask()).result()
    except (OSError, TimeoutError, ValueError) as error:
        raise EnvironmentFault(
            f"What answers at {address} is no Dask scheduler, or another version of one; the scheduler prints its own "
            f'address after "Scheduler at". Else {START["dask"]}.'
        ) from error


@contextmanager
def _ray(address: str | None, jobs: int | None, question: _Question) -> Iterator[Hand]:
    _import("ray", address)
    import ray
    from ray.util.joblib import register_ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    began = not ray.is_initialized()
    with ExitStack() as stack:
        local = stack.enter_context(_ray_of_our_own(jobs)) if began and address is None else {}
        try:
            if began:
                ray.init(address=address, log_to_driver=False, logging_level="error", **local)
                stack.callback(ray.shutdown)
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            raise EnvironmentFault(f"Ray cannot be reached at {address} ({error}): {START['ray']}.") from error
        machines = ray.nodes()
        if local and not all(ipaddress.ip_address(node["NodeManagerAddress"]).is_loopback for node in machines):
            raise EnvironmentFault("Ray listens on all interfaces: this version of it cannot be told otherwise.")
        nodes = [node["NodeID"] for node in machines if node["Alive"] and node["Resources"].get("CPU")]
        if not nodes:
            raise EnvironmentFault(f"Ray at {address} has no workers: {START['ray']}.")
        try:
            there = [NodeAffinitySchedulingStrategy(node, soft=False) for node in nodes]
            asked = [ray.remote(_ask).options(scheduling_strategy=each).remote(question) for each in there]
            answers = ray.get(asked, timeout=6 * PATIENCE)
        except Exception as error:
            raise _could_not_ask("Ray", error) from error
        _check_answers(dict(zip(nodes, answers, strict=True)))
        register_ray()
        # A worker that is lost is started anew, and does again what it had in hand.
        again = {"max_restarts": -1, "max_task_retries": -1}
        with joblib.parallel_config(backend="ray", n_jobs=-1, ray_remote_args=again):
            pool = joblib.Parallel(return_as="list")
        with pool:  # one for all tasks: its workers keep the networks that they have loaded
            yield pool


@contextmanager
def _ray_of_our_own(jobs: int | None) -> Iterator[dict[str, Any]]:
    """What a cluster is started with that answers this machine alone, and who has its token; what it notes of its work
    lies where nobody else reads, and is gone when it ends."""
    # Not within --out: names of sockets may have a hundred letters.
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp" if os.path.isdir("/tmp") else None)
    try:
        with _environment(ALONE["ray"] | {"RAY_AUTH_TOKEN": secrets.token_hex(32)}):
            yield {"num_cpus": jobs or joblib.cpu_count(), "include_dashboard": False, "_temp_dir": folder}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """The environment with these values, for as long as the block runs."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
