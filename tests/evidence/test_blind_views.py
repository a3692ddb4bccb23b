"""Views without the subject: each is told by what it shows and by nothing else, and none learns from the test part."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from biasaudit.detectors import content_blind
from biasaudit.errors import Unavailable
from biasaudit.evidence.blind_views import blind_views
from biasaudit.evidence.blind_views.features import features_of_files
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.images import partial_views
from biasaudit.images.pixels import PixelStore
from biasaudit.model.folds import assign_folds
from biasaudit.model.ridge import macro_auc_of_each, out_of_fold_ridge
from biasaudit.runtime.cache import Cache
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import permutation_p, permuted_within
from tests.conftest import SIZE, stand_in
from tests.detectors.test_rungs import table

N = 120


def noise(rng, n=N):
    return rng.integers(60, 190, (n, SIZE, SIZE, 3), dtype=np.uint8)


def looked_at(tmp_path, images, pixels, *, cues=(), pretrained=True, groups=5):
    """The views of pictures given as an array; the stand-in network sees a grid of colours and their spread."""
    store = PixelStore.create(tmp_path / "pixels.raw", images.n, SIZE)
    for row, image in enumerate(pixels):
        store.write(row, image)
    survey = SimpleNamespace(
        pixels=store,
        rows=np.arange(images.n),
        values=pd.DataFrame({"hash": images.ids}),
    )
    fold = assign_folds(images, 5, seed=0)
    model = SimpleNamespace(
        fold=fold,
        given=False,
        log_odds=np.random.default_rng(0).normal(size=(images.n, len(images.classes))),
    )
    cache, quiet = Cache(tmp_path / "cache", fresh=True), Progress(quiet=True)
    return blind_views(images, survey, stand_in(pretrained=pretrained), model, tuple(cues), Settings(), cache, quiet)


def found(images, views):
    return {finding.cue: finding for finding in content_blind.function(images, views)}


def states(images, views):
    return {name: finding.rungs["association"].state for name, finding in found(images, views).items()}


def frame_coloured(pixels, codes):
    """A red frame, a tenth wide, around the pictures of one class; a red square of the same area amid the others."""
    marked = pixels.copy()
    edge = SIZE // 10
    marked[:, :, :, 0] = np.minimum(marked[:, :, :, 0], 120)
    framed = marked[codes == 1]
    inner = framed[:, edge:-edge, edge:-edge].copy()
    framed[:, :, :, 0] = 220
    framed[:, edge:-edge, edge:-edge] = inner
    marked[codes == 1] = framed
    amid = marked[codes == 0]
    side = round(np.sqrt(SIZE**2 - (SIZE - 2 * edge) ** 2) / 2)
    amid[:, SIZE // 2 - side : SIZE // 2 + side, SIZE // 2 - side : SIZE // 2 + side, 0] = 220
    marked[codes == 0] = amid
    return marked


def test_a_frame_of_one_class_is_told_by_the_border_and_its_clean_twin_by_nothing(tmp_path):
    rng = np.random.default_rng(0)
    codes = rng.permutation(N) % 2
    pixels = frame_coloured(noise(rng), codes)
    images = table(codes)
    findings = found(images, looked_at(tmp_path, images, pixels))
    for name in ("border", "background"):
        rung = findings[f"{name}"].rungs["association"]
        assert (rung.state, rung.q_value < 0.05) == ("yes", True)
        assert rung.estimate.low > 0.9
    assert {finding.verdict for finding in findings.values()} == {"clear", "untested"}
    assert "still told with AUC 1.00 (full picture: 0." in findings["border"].title
    assert set(findings["border"].examples) <= set(images.ids)
    twin = table(rng.permutation(codes))
    make = CueValues(id="make", kind="file", question="?", levels=rng.choice(["a", "b"], N).astype(object))
    quiet = found(twin, looked_at(tmp_path, twin, pixels, cues=(make,)))
    assert {finding.verdict for finding in quiet.values()} == {"clear"}
    for finding in quiet.values():
        rung = finding.rungs["association"]
        assert rung.state == "no"
        assert rung.q_value >= 0.05
    border = quiet["border"].rungs["association"].estimate
    assert border.low < 0.5 < border.high


def test_what_stands_in_the_centre_is_told_by_no_view_of_the_rest(tmp_path):
    rng = np.random.default_rng(1)
    codes = rng.permutation(N) % 2
    pixels = noise(rng)
    pixels[codes == 1, SIZE // 2 - 8 : SIZE // 2 + 8, SIZE // 2 - 8 : SIZE // 2 + 8] = 250
    images = table(codes)
    told = states(images, looked_at(tmp_path, images, pixels))
    assert (told["border"], told["background"]) == ("no", "no")
    assert (told["thumbnail"], told["colours"]) == ("yes", "yes")


def test_the_traits_of_the_files_are_a_view_that_raises_no_alarm(tmp_path):
    rng = np.random.default_rng(2)
    codes = rng.permutation(N) % 2
    images = table(codes)
    size = CueValues(id="size", kind="file", question="?", values=codes * 3 + rng.normal(size=N))
    size.values[:5] = np.nan
    make = CueValues(id="make", kind="file", question="?", levels=rng.choice(["a", "b"], N).astype(object))
    name = CueValues(id="name", kind="file", question="?", levels=codes.astype(str), untestable="an id")
    bright = CueValues(id="bright", kind="property", question="?", values=codes.astype(float))
    traits = found(images, looked_at(tmp_path, images, noise(rng), cues=(size, make, name, bright)))["file_traits"]
    assert (traits.verdict, traits.rungs["association"].state) == ("clear", "yes")
    assert 0.9 < traits.rungs["association"].estimate.value < 1
    learnt = np.ones(N, dtype=bool)
    assert features_of_files((make, name, bright), learnt).shape == (N, 2)
    assert features_of_files((name, bright), learnt) is None


def test_the_given_test_part_is_never_learnt_from(tmp_path):
    rng = np.random.default_rng(3)
    codes = rng.permutation(2 * N) % 2
    images = table(codes)
    images.frame["split"] = np.where(np.arange(2 * N) % 2, "test", "train")
    held = images.held_out
    told = np.where(held, 1 - codes, codes)  # the frame points the other way in the test part
    views = {view.id: view for view in looked_at(tmp_path, images, frame_coloured(noise(rng, 2 * N), told))}
    border = views["border"]
    assert border.auc.value > 0.9
    assert border.auc.n == N
    assert border.held_out[0] < 0.1
    idle = np.where(held, codes, rng.permutation(codes))  # it tells in the test part alone
    views = {view.id: view for view in looked_at(tmp_path, images, frame_coloured(noise(rng, 2 * N), idle))}
    assert views["border"].p_value > 0.05
    assert "in the given test part" in found(images, tuple(views.values()))["border"].title


def test_without_a_pretrained_network_coarse_pixels_do(tmp_path):
    rng = np.random.default_rng(4)
    codes = rng.permutation(N) % 2
    images = table(codes)
    told = states(images, looked_at(tmp_path, images, frame_coloured(noise(rng), codes), pretrained=False))
    assert told["border"] == "yes"
    assert (told["shuffled_patches"], told["fine_detail"]) == ("untested", "untested")


def test_more_classes_than_can_be_looked_at_are_no_figure(tmp_path, monkeypatch):
    monkeypatch.setattr("biasaudit.evidence.blind_views.MOST", 4)
    images = table(np.arange(30) % 3)
    with pytest.raises(Unavailable, match="too few images"):
        looked_at(tmp_path, images, np.zeros((0, SIZE, SIZE, 3), np.uint8))


@pytest.mark.parametrize("view", ["border", "background", "fine_detail", "shuffled_patches"])
def test_a_view_leaves_the_picture_as_it_was(view):
    rng = np.random.default_rng(5)
    pixels = noise(rng, 3)
    before = pixels.copy()
    altered = getattr(partial_views, view)(pixels, rng)
    assert (pixels == before).all()
    assert (altered.shape, altered.dtype) == (pixels.shape, np.uint8)
    assert (altered != pixels).any()


def test_views_show_what_they_say():
    rng = np.random.default_rng(6)
    pixels = noise(rng, 2)
    rest = partial_views.background(pixels, rng)
    assert not rest[:, 12:-12, 12:-12].any()
    assert (rest[:, :11] == pixels[:, :11]).all()
    heap = partial_views.shuffled_patches(pixels, rng)
    assert (np.sort(heap.reshape(2, -1), axis=1) == np.sort(pixels.reshape(2, -1), axis=1)).all()
    assert np.allclose(partial_views.colours(heap), partial_views.colours(pixels))
    assert (partial_views.fine_detail(np.full_like(pixels, 77), rng) == 128).all()
    assert np.allclose((partial_views.colours(pixels) ** 2).sum(axis=1), 1)


def test_p_values_of_the_ridge_are_even_where_there_is_nothing():
    """Patients of four images, folds dealt by label: about a twentieth of the p-values lie below 0.05."""
    rng = np.random.default_rng(7)
    p_values = []
    for _ in range(40):
        groups = np.repeat(np.arange(30), 4)
        codes = np.repeat(rng.permutation(30) % 3, 4)
        images = table(codes, groups)
        fold = assign_folds(images, 5, seed=0)
        features = rng.normal(size=(30, 12))[groups] + 0.3 * rng.normal(size=(120, 12))
        with threadpool_limits(1):
            matrix = out_of_fold_ridge(features, fold)
            dealt = permuted_within(codes, images.groups, fold, 99, rng)
            null = np.concatenate([macro_auc_of_each(matrix, some) for some in dealt])
        p_values.append(permutation_p(float(macro_auc_of_each(matrix, codes[None])[0]), null))
    assert np.mean(np.array(p_values) < 0.05) <= 0.15
    assert 0.35 < np.mean(p_values) < 0.65
