"""Each model says for itself what it can do, without TensorFlow where it is no Keras network."""

from dataclasses import replace

import numpy as np

from biasaudit.attribution.methods import methods_for
from biasaudit.model.cross_fitted import CrossFittedModel
from biasaudit.model.given.opening import from_function
from biasaudit.model.given.user_model import UserClassifier
from biasaudit.model.head import Head
from tests.conftest import SIZE, grid_features, stand_in

RGB = np.random.default_rng(0).integers(0, 256, (6, SIZE, SIZE, 3), dtype=np.uint8)
FOLDS = np.array([0, 1, 0, 1, 0, 1])


def cross_fitted(*backbones):
    rng = np.random.default_rng(1)
    heads = [Head(rng.normal(size=(8, 2)).astype(np.float32), rng.normal(size=2).astype(np.float32)) for _ in "ab"]
    return CrossFittedModel(backbones=backbones or (stand_in(),), heads=tuple(heads))


def shares(rgb):
    bright = rgb.mean(axis=(1, 2, 3)) / 255
    return np.stack([0.5 * bright, np.full(len(rgb), 0.5), 0.5 - 0.5 * bright], axis=1)


def function():
    model = from_function(shares, SIZE, ("a", "unknown here", "b"))
    return UserClassifier(model=model, scale="softmax", columns=np.array([2, 0]))


def test_each_fold_has_its_own_head_and_where_it_was_trained_its_own_features():
    shared = cross_fitted()
    own = cross_fitted(stand_in(), stand_in(lambda rgb: 2 * grid_features(rgb)))
    assert (shared.shared_features, own.shared_features) == (True, False)
    same, other = FOLDS == 0, FOLDS == 1
    answers = [model.log_odds(RGB, FOLDS) for model in (shared, own)]
    np.testing.assert_array_equal(answers[0][same], answers[1][same])
    assert not np.isclose(answers[0][other], answers[1][other]).any()
    in_two = [shared.log_odds(RGB[:4], FOLDS[:4], batch=1), shared.log_odds(RGB[4:], FOLDS[4:])]
    np.testing.assert_allclose(answers[0], np.concatenate(in_two), rtol=1e-5)


def test_a_randomised_copy_has_forgotten_one_fold_and_the_model_stays():
    model = cross_fitted()
    before, stranger = model.log_odds(RGB, FOLDS), model.randomised(1, seed=0)
    after = stranger.log_odds(RGB, FOLDS)
    np.testing.assert_array_equal(after[FOLDS == 0], before[FOLDS == 0])
    assert not np.isclose(after[FOLDS == 1], before[FOLDS == 1]).any()
    np.testing.assert_array_equal(model.log_odds(RGB, FOLDS), before)
    assert sorted(stranger.heads[1].weights.ravel()) == sorted(model.heads[1].weights.ravel())


def test_of_vectors_there_are_no_maps_to_weigh():
    vectors = replace(stand_in(lambda rgb: grid_features(rgb).mean(axis=(1, 2))), spatial=False)
    maps, flat = cross_fitted(), cross_fitted(vectors)
    assert maps.head_on_maps(1) == (maps.backbones[0], maps.heads[1])
    assert flat.head_on_maps(1) is None
    assert [method.name for method in methods_for(maps)] == ["Grad-CAM", "integrated gradients", "occlusion"]
    assert [method.name for method in methods_for(flat)] == ["integrated gradients", "occlusion"]
    assert methods_for(flat)[0].explainer(flat) is None  # no Keras network, so no gradients


def test_a_function_can_be_asked_and_nothing_else():
    model = function()
    np.testing.assert_allclose(
        model.log_odds(RGB, FOLDS)[:, 1], np.log(shares(RGB)[:, 0] / (1 - shares(RGB)[:, 0])), rtol=1e-6
    )
    assert [method.name for method in methods_for(model)] == ["Partition SHAP"]
    assert model.output_of(0) == 2
    assert model.own
    assert model.whole_network(0) is None
    assert model.randomised(0, seed=0) is None
    assert model.keras_networks() == (None,)


def test_only_a_network_that_its_name_stands_for_is_cached():
    assert stand_in().cacheable
    assert not stand_in(pretrained=False).cacheable
    assert not replace(stand_in(), own=True).cacheable
    assert cross_fitted(replace(stand_in(), own=True)).own
