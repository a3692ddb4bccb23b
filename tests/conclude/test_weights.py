"""Weights that balance what leads: written where there is something to balance, read back, and felt in training."""

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import biasaudit as ba
from biasaudit import cli
from biasaudit.conclude.weights import LARGEST, raked
from biasaudit.errors import UsageError
from biasaudit.evidence.sample_weights import read_weights, sample_weights
from biasaudit.images.reading import read_folder
from biasaudit.model.head import choose_penalty, fit_head
from tests.hostile import class_folder
from tests.planted import ARTEFACTS, QUICK, brighter, plant

CHEAP = {"jobs": 1, "without": (*QUICK, "encoding")}
"""Choices of a run that asks what a cue does, and little else."""


def shares(side, codes, weights):
    return [np.average(side[codes == code], weights=weights[codes == code]) for code in np.unique(codes)]


def test_raked_weights_make_each_cue_independent_of_the_label():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, 900)
    one, other = ((rng.random(900) < np.array(p)[codes]).astype(int) for p in ((0.9, 0.2, 0.5), (0.7, 0.5, 0.3)))
    weights = raked([one, other], codes)
    for side in (one, other):
        assert np.ptp(shares(side, codes, weights)) < 0.005
        assert np.ptp(shares(side, codes, np.ones(900))) > 0.3
    assert [weights[codes == code].mean() for code in range(3)] == pytest.approx([1, 1, 1])
    fair = raked([rng.permutation(900) % 2], codes)
    assert fair.min() > 0.8


def test_one_cue_weighs_as_the_formula_says():
    codes, side = np.repeat([0, 1], 100), np.r_[np.arange(100) < 10, np.arange(100) < 90].astype(int)
    weights = raked([side], codes)
    assert weights[codes == 0][0] == pytest.approx(0.5 / 0.1)
    assert weights[codes == 0][-1] == pytest.approx(0.5 / 0.9)


def test_no_image_counts_for_more_than_it_may():
    codes, side = np.repeat([0, 1], 200), np.r_[np.arange(200) < 2, np.arange(200) < 198].astype(int)
    weights = raked([side], codes)
    assert weights.max() == pytest.approx(LARGEST)
    assert [weights[codes == code].mean() for code in (0, 1)] == pytest.approx([1, 1])
    assert 0.02 < weights[codes == 0][side[codes == 0] == 1].sum() / 200 < 0.5


def features(n=600, seed=0):
    """What tells the label weakly, what leaks it in 92 of 100, and noise; int labels and the leak's side."""
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % 2
    leak = np.where(rng.random(n) < 0.92, codes, 1 - codes)
    noise = rng.normal(size=(n, 60))
    noise[:, 0] += 1.2 * codes
    noise[:, 1] += 4 * leak
    return noise.astype(np.float32), codes, leak


def test_a_head_that_learns_with_the_weights_leans_on_the_leak_less():
    pooled, codes, leak = features()
    use = {}
    for name, weights in (("alike", None), ("balanced", raked([leak], codes))):
        penalty = choose_penalty(pooled, codes, np.arange(len(codes)), 0, weights)
        head = fit_head(pooled, codes, penalty, 0, weights)
        slopes = head.weights[:, 1] - head.weights[:, 0]
        use[name] = 4 * slopes[1] / (1.2 * slopes[0])
    assert use["alike"] > 3
    assert abs(use["balanced"]) < 0.7


def test_weights_of_one_change_nothing_but_the_caution():
    pooled, codes, _ = features(200)
    plain = fit_head(pooled, codes, 0.003, 0)
    assert np.allclose(plain.weights, fit_head(pooled, codes, 0.003, 0, np.ones(200)).weights, atol=1e-6)


@pytest.fixture
def photos(tmp_path):
    return read_folder(class_folder(tmp_path / "photos", cat=3, dog=3))


def written(tmp_path, text):
    (tmp_path / "w.csv").write_text(text, encoding="utf-8")
    return SimpleNamespace(weights=tmp_path / "w.csv")


ALL = "path,weight\n" + "".join(f"{label}/{n}.png,{n + 1}\n" for label in ("cat", "dog") for n in range(3))


def test_weights_are_read_by_path_and_have_mean_1_in_each_class(photos, tmp_path):
    weights = sample_weights(photos, written(tmp_path, ALL))
    assert weights.tolist() == [0.5, 1, 1.5, 0.5, 1, 1.5]
    assert sample_weights(photos, SimpleNamespace(weights=None)) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("cat/1.png,2", "cat/1.png,nan"), "cat/1.png"),
        (("cat/1.png,2", "cat/1.png,-2"), "at least 0"),
        (("cat/1.png,2", "cat/1.png,1e999"), "at least 0"),
        (("cat/1.png,2", "cat/1.png,=1+1"), "at least 0"),
        (("cat/1.png,2", "cat/9.png,2"), "cat/9.png names no file"),
        (("cat/1.png,2", "../photos/cat/1.png,2"), "names no file"),
        (("cat/1.png,2\n", ""), "no weight, such as cat/1.png"),
        (("cat/1.png,2", "cat/0.png,2"), "two weights"),
        (("weight", "heft"), "no column 'weight'"),
        (("path", "file"), "'path'"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_its_cause(photos, tmp_path, change, says):
    with pytest.raises(UsageError, match=says):
        sample_weights(photos, written(tmp_path, ALL.replace(*change)))


def test_a_class_that_counts_for_nothing_is_refused(photos, tmp_path):
    rows = [f"{label}/{n}.png,{int(label == 'dog')}\n" for label in ("cat", "dog") for n in range(3)]
    text = "path,weight\n" + "".join(rows)
    with pytest.raises(UsageError, match="class cat"):
        sample_weights(photos, written(tmp_path, text))


def test_a_name_that_a_spreadsheet_would_run_is_read_back(tmp_path):
    photos = read_folder(class_folder(tmp_path / "p", **{"=cat": 2, "dog": 2}))
    text = "path,weight\n'=cat/0.png,1\n'=cat/1.png,3\ndog/0.png,1\ndog/1.png,1\n"
    assert read_weights(written(tmp_path, text).weights, photos)["=cat/1.png"] == 3


def test_a_run_writes_them_and_a_run_with_them_relies_on_the_cue_less_and_its_clean_twin_writes_none(
    tmp_path, stub_network
):
    plant(tmp_path / "bright", brighter, n=200)
    plant(tmp_path / "clean", n=200)
    first = ba.audit(tmp_path / "bright", out=tmp_path / "first", **CHEAP)
    table = pd.read_csv(tmp_path / "first" / "weights.csv")
    assert list(table) == ["path", "weight"]
    assert len(table) == 200
    assert first.files[-1].name == "weights.csv"
    again = ba.audit(tmp_path / "bright", out=tmp_path / "again", weights=first.files[-1], **CHEAP)
    assert again.record.settings["weights"] == "weights.csv"
    assert "weights" in again.record.model.training
    compared = ba.compare(first, again).record
    change = next(each for each in compared.changes if each.id == "property-brightness")
    assert change.status in ("better", "gone")
    assert "weights none before, weights.csv after" in next(f.text for f in compared.facts if f.what == "settings")
    quiet = ba.audit(tmp_path / "clean", out=tmp_path / "quiet", scan=True, jobs=1, without=ARTEFACTS)
    assert not (tmp_path / "quiet" / "weights.csv").exists()
    assert len(quiet.files) == 4


def test_weights_are_for_training_and_nothing_else(tmp_path, monkeypatch, capsys):
    (tmp_path / "m.keras").write_bytes(b"")
    folder = class_folder(tmp_path / "p", cat=2, dog=2)
    command = ["biasaudit", "run", folder, "--model", tmp_path / "m.keras", "--trust-model", "--weights", "w.csv"]
    monkeypatch.setattr(sys, "argv", [*map(str, command)])
    with pytest.raises(SystemExit) as exit:
        cli.main()
    assert exit.value.code == 2
    assert "trained already" in capsys.readouterr().err
