"""The model's work on a cluster: the same to the last bit as here, whichever worker is lost; and what cannot be sent.

Threads of this process stand in for workers where that is enough; what needs Dask is skipped where it is not installed.
"""

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import joblib
import numpy as np
import pytest

import biasaudit as ba
from biasaudit.attribution.methods import METHODS, Explainer
from biasaudit.cues import BUILTIN
from biasaudit.errors import EnvironmentFault, UsageError
from biasaudit.images.pixels import PixelStore
from biasaudit.model import network_file, sent_model, workers
from biasaudit.model.backbone import Backbone
from biasaudit.model.backbones import lite0
from biasaudit.model.backbones.small_cnn import small_cnn
from biasaudit.model.cross_fitted import CrossFittedModel
from biasaudit.model.cross_fitting import _pooled
from biasaudit.model.given.opening import from_function, from_keras
from biasaudit.model.given.user_model import UserClassifier
from biasaudit.model.head import Head
from biasaudit.model.workers import batches, batches_of, by_piece
from biasaudit.runtime import cluster
from biasaudit.runtime.checkpoints import NOTHING_KEPT
from biasaudit.runtime.progress import Progress
from tests.given_models import SIDE, classifier
from tests.planted import brighter, plant

QUIET = Progress(quiet=True)
N = 70
FEW = ("brightness", "contrast", "sharpness", "dark_corner")
DEADLY = '''
import os
import signal
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import opposite_halves
from biasaudit.cues.properties.brightness import brightness

def die_once():
    """The first worker that comes here is lost."""
    if os.getpid() != int(os.environ["DEADLY_SPARES"]):
        try:
            os.close(os.open(os.environ["DEADLY_ONCE"], os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)

@cue(kind="property", question="Does the worker live?", unit="1")
def deadly(photo):
    """Why it matters: the first worker that draws it is lost."""
    return float(photo.luma.mean())

@deadly.inserts(directions=(1, -1), placebo=opposite_halves)
def _draw(rgb, amount, rng):
    die_once()
    return brightness.insert(rgb, amount, rng)

def after_a_death(work, *given):
    die_once()
    return work(*given)
'''


@pytest.fixture
def deadly(tmp_path, monkeypatch):
    (tmp_path / "deadly_on_workers.py").write_text(DEADLY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, sys.path)]))
    monkeypatch.setenv("DEADLY_ONCE", str(tmp_path / "fallen"))
    monkeypatch.setenv("DEADLY_SPARES", str(os.getpid()))
    import deadly_on_workers

    yield deadly_on_workers, tmp_path / "fallen"
    del sys.modules["deadly_on_workers"]


@contextmanager
def threads(folder):
    """A cluster whose workers are threads of this process."""
    hand = joblib.Parallel(n_jobs=2, backend="threading", return_as="generator_unordered")
    tokens = cluster._workers.set(hand), cluster._shared.set(folder)
    try:
        yield
    finally:
        cluster._workers.reset(tokens[0])
        cluster._shared.reset(tokens[1])


@pytest.fixture
def store(tmp_path):
    made = PixelStore.create(tmp_path / "cache" / "pixels.raw", N, SIDE)
    rng = np.random.default_rng(0)
    for row in range(N):
        made.write(row, rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8))
    return made


def cross_fitted(folds=1, classes=2):
    rng = np.random.default_rng(1)
    backbones = tuple(Backbone("small_cnn", SIDE, small_cnn(SIDE, seed), False, True) for seed in range(folds))
    width = backbones[0].network.output_shape[-1]
    heads = [Head(rng.normal(size=(width, classes)).astype(np.float32), np.zeros(classes, np.float32)) for _ in "abc"]
    return CrossFittedModel(backbones=backbones, heads=tuple(heads))


@pytest.fixture(scope="module")
def bright(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sent") / "bright"
    return folder, plant(folder, brighter, n=120)


def log_odds_of(store, model, rows, folds):
    return model.log_odds(store.read(rows), folds)


def test_images_are_asked_about_in_the_batches_of_this_machine():
    assert [len(some) for some in batches(N)] == [32, 32, 6]
    fold = np.arange(N) % 3
    shared, own = cross_fitted(), cross_fitted(3)
    assert [len(some) for some in batches_of(shared, fold)] == [32, 32, 6]
    apart = batches_of(own, fold)
    assert all(len(set(fold[some])) == 1 for some in apart)
    assert sorted(np.concatenate(apart)) == list(range(N))


def test_results_come_in_the_order_of_the_tasks_whoever_is_done_first(monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "spread", lambda tasks, jobs: reversed([f(*a, **k) for f, a, k in tasks]))
    with threads(tmp_path):
        assert list(cluster.in_order((joblib.delayed(pow)(n, 2) for n in range(9)), None)) == [n**2 for n in range(9)]


def test_without_a_cluster_nothing_is_written_or_sent(tmp_path, store, monkeypatch):
    monkeypatch.setattr(workers, "sent", None)
    model = object()
    asked = by_piece(lambda *given: given, model, [(1,), (2,)], QUIET, "")
    assert list(asked) == [(model, 1), (model, 2)]
    assert cluster.on_cluster() is None
    assert [path.name for path in store.path.parent.iterdir()] == [store.path.name]


@pytest.mark.parametrize("folds", [1, 3])
def test_answers_of_a_network_that_was_sent_are_those_of_the_network(folds, tmp_path, store):
    model, fold = cross_fitted(folds), np.arange(N) % 3
    here = model.log_odds(store.read(np.arange(N)), fold)
    with threads(store.path.parent):
        np.testing.assert_array_equal(workers.log_odds(model, store.read(np.arange(N)), fold), here)
        pieces = [(some, fold[some]) for some in batches_of(model, fold)]
        there = np.empty_like(here)
        asked = by_piece(partial(log_odds_of, store), model, pieces, QUIET, "")
        for (some, _), odds in zip(pieces, asked, strict=True):
            there[some] = odds
        np.testing.assert_array_equal(there, here)
    files = list(store.path.parent.glob("network-*.keras"))
    assert len(files) == folds  # once, for both
    (store.path.parent / "network-mine.keras").touch()
    network_file.remove_networks(store.path.parent)
    assert {path.name for path in store.path.parent.iterdir()} == {store.path.name, "network-mine.keras"}


@pytest.mark.parametrize("nested", [False, True])
def test_a_given_model_that_was_sent_answers_and_is_explained_as_before(nested, tmp_path, store, bright):
    given = from_keras(classifier(*bright, luma=True, nested=nested), ("lying", "upright"), pixels="-1..1")
    model = UserClassifier(model=given, scale="softmax", columns=np.array([1, 0]))
    explain = METHODS["Grad-CAM"].explainer(model)
    explainer, rgb = Explainer("Grad-CAM", model, explain), store.read(np.arange(3))
    again, maps = (sent_model.opened(sent_model.sent(each, tmp_path / "cache")) for each in (model, explainer))
    assert again.model.network is not given.network
    np.testing.assert_array_equal(again.log_odds(rgb, np.zeros(3)), model.log_odds(rgb, np.zeros(3)))
    np.testing.assert_array_equal(maps.explain(rgb[0], 0, 1), explain(rgb[0], 0, 1))
    assert explain(rgb[0], 0, 1).any()


def test_a_function_and_what_the_workers_cannot_load_are_asked_here(tmp_path, store, monkeypatch, capsys):
    function = from_function(lambda rgb: rgb.mean(axis=(1, 2))[:, :2] / 510, SIDE, ("a", "b"))
    assert sent_model.sent(function, tmp_path) is None
    assert sent_model.sent(Backbone("stand-in", SIDE, None, True, True, run=len), tmp_path) is None

    def unknown(model):
        raise UsageError("Unknown layer: Mine")

    monkeypatch.setattr(workers, "opened", unknown)
    with threads(store.path.parent):
        asked = by_piece(lambda model, number: (model, number), function, [(1,)], QUIET, "")
        assert list(asked) == [(function, 1)]
        model = cross_fitted()
        asked = by_piece(lambda model, number: model, model, [(1,)], Progress(), "Asking")
        assert list(asked) == [model]
    assert "asked here: Unknown layer: Mine" in capsys.readouterr().err


def test_a_file_that_somebody_else_put_in_the_place_is_not_loaded(tmp_path):
    file = network_file.written(small_cnn(SIDE), tmp_path)
    file.path.write_bytes(network_file.written(small_cnn(SIDE, seed=1), tmp_path).path.read_bytes())
    with pytest.raises(EnvironmentFault, match="not the file that was written"):
        network_file.read(file)
    with pytest.raises(EnvironmentFault, match="Keras works with"):
        network_file.read(replace(file, backend="another"))


@pytest.mark.slow
def test_a_worker_lost_while_it_makes_features_or_maps_changes_nothing(tmp_path, store, deadly):
    pytest.importorskip("distributed", reason="Dask is not installed")
    module, fallen = deadly
    network = cross_fitted()
    features = network.backbones[0]
    maps = Explainer("Grad-CAM", network, METHODS["Grad-CAM"].explainer(network))
    of_features = partial(_pooled, store, NOTHING_KEPT), [(n, some) for n, some in enumerate(batches(N))]
    of_maps = partial(_heat, store), [(row, 0, 1) for row in range(24)]
    with cluster.cluster("dask", None, 2, places=[tmp_path], carried=module.after_a_death):
        for model, (work, pieces) in ((features, of_features), (maps, of_maps)):
            fallen.unlink(missing_ok=True)
            there = list(by_piece(partial(module.after_a_death, work), model, pieces, QUIET, ""))
            assert fallen.exists()  # one worker was killed
            here = [work(model, *piece) for piece in pieces]
            for one, other in zip(there, here, strict=True):
                np.testing.assert_array_equal(one, other)


def _heat(store, explainer, row, fold, code):
    return explainer.explain(store.read(np.array([row]))[0], fold, code)


@pytest.mark.slow
def test_an_audit_of_a_given_model_with_a_worker_lost_while_it_draws_is_that_of_this_machine(tmp_path, bright, deadly):
    pytest.importorskip("distributed", reason="Dask is not installed")
    module, fallen = deadly
    model = classifier(*bright, luma=True, nested=True)
    there, here = both(bright[0], tmp_path, model=model, backbone="small_cnn", extra=[module.deadly])
    assert fallen.exists()
    assert there == here
    assert here["findings"][0]["verdict"] == "shortcut"


@pytest.mark.slow(minutes=1)
def test_an_audit_on_workers_is_that_of_this_machine(tmp_path, bright):
    pytest.importorskip("distributed", reason="Dask is not installed")
    if not lite0.available():
        pytest.skip("the weights of EfficientNet-Lite0 are not installed")
    there, here = both(bright[0], tmp_path)
    assert there == here
    assert here["attribution"]["method"] == "Grad-CAM"


def shown(value):
    """Without the numbers behind the sentences: their text is compared, and digits that it does not show may differ by
    rounding, as heatmaps do on another number of cores."""
    if isinstance(value, dict):
        return {key: shown(each) for key, each in value.items() if key != "sentences"}
    return [shown(each) for each in value] if isinstance(value, list) else value


def both(folder, tmp_path, **choices):
    """`audit.json` by workers and by this machine, without when, where and how it ran."""
    told, without = [], tuple(cue.id for cue in BUILTIN if cue.id not in FEW)
    for name, engine in (("there", "dask"), ("here", "local")):
        result = ba.audit(folder, out=tmp_path / name, engine=engine, jobs=2, without=without, **choices)
        record = json.loads((result.folder / "audit.json").read_text())
        assert not list((result.folder / "cache").glob("network-*"))
        told.append(shown({name: value for name, value in record.items() if name not in ("run", "environment")}))
        for choice in ("engine", "jobs"):
            del told[-1]["settings"][choice]
    return told
