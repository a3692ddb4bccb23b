"""Maps of a stand-in network: checked before they are shown, held against chance, and asked what a cue does to them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from biasaudit.attribution.methods import METHODS, Method
from biasaudit.detectors.attribution import attribution
from biasaudit.errors import Unavailable
from biasaudit.evidence.discovery.clustered_maps import evidence_places
from biasaudit.evidence.interventions import interventions
from biasaudit.evidence.maps.attribution_record import attribution_record, save_averages
from biasaudit.evidence.maps.attributions import attributions
from biasaudit.evidence.maps.cue_maps import cue_maps
from biasaudit.evidence.maps.map_places import map_places
from biasaudit.evidence.measure.survey import survey
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.predictions import cross_fitted
from biasaudit.evidence.ties import ties
from biasaudit.images.pixels import PixelStore
from biasaudit.images.reading import read_folder
from biasaudit.model.cross_fitted import CrossFittedModel
from biasaudit.model.head import Head
from biasaudit.output.pictures import save_pictures
from biasaudit.report.pictures import average_path, heatmap_path, thumbnail_path
from biasaudit.runtime.cache import Cache
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from tests.conftest import stand_in
from tests.planted import plant, red_corner


def convolved(rgb):
    """uint8 (n, 56, 56, 3) -> float (n, 7, 7, 64): random filters of 8 x 8 pixels, rectified."""
    squares = rgb.reshape(len(rgb), 7, 8, 7, 8, 3).swapaxes(2, 3).reshape(len(rgb), 7, 7, -1) / 255 - 0.45
    return np.maximum(0, squares @ FILTERS - 1).astype(np.float32)


FILTERS = np.random.default_rng(0).normal(size=(192, 64))
QUIET, SETTINGS = Progress(quiet=True), Settings()


def gathered(folder, insert=None, n=160, **more):
    """What an audit knows of a folder before it asks for maps."""
    frame, backbone = plant(folder, insert, n=n, **more), stand_in(convolved)
    cache = Cache(folder.parent / f"{folder.name} cache")
    images = read_folder(folder)
    store = PixelStore.create(folder.parent / f"{folder.name}.raw", images.n, backbone.size)
    surveyed = survey(images, [], store=store, jobs=1, cache=cache, progress=QUIET)
    answers = cross_fitted(surveyed.images, surveyed, backbone, SETTINGS, cache, QUIET)
    has = frame.set_index("path")["planted"].loc[list(surveyed.images.ids)].to_numpy(dtype=float)
    return SimpleNamespace(images=surveyed.images, survey=surveyed, predictions=answers, planted=has)


def mapped(known):
    return attributions(known.images, known.survey, known.predictions, SETTINGS, QUIET)


@pytest.fixture
def marked(tmp_path):
    return gathered(tmp_path / "marked", red_corner)


@pytest.fixture
def clean(tmp_path):
    return gathered(tmp_path / "clean")


def test_maps_that_pass_both_checks_are_shares_of_the_evidence_for_each_images_class(marked):
    found = mapped(marked)
    assert found.method == "Grad-CAM"
    assert found.examined[0].passed
    assert found.examined[0].correlation < 0.5
    np.testing.assert_allclose(found.maps.sum(axis=(1, 2)), 1, rtol=1e-4)
    assert set(marked.images.codes[found.rows]) == {0, 1}
    assert len(set(found.rows)) == len(found.rows)


def test_a_method_that_draws_the_picture_and_not_the_model_is_passed_over(marked, monkeypatch):
    drawn = replace(METHODS["Grad-CAM"], explainer=lambda model: lambda rgb, fold, code: rgb.mean(axis=2) / 255)
    monkeypatch.setitem(METHODS, "Grad-CAM", drawn)
    found = mapped(marked)
    assert found.examined[0].depends is False
    assert not found.examined[0].passed
    assert found.method == "occlusion"  # grid features have no gradients


def test_where_no_method_passes_no_map_is_drawn(marked, monkeypatch, tmp_path):
    blind = Method("brightness", lambda model: lambda rgb, fold, code: rgb.mean(axis=2) / 255, images=9, checked=9)
    monkeypatch.setattr("biasaudit.attribution.gate.methods_for", lambda model: (blind,))
    found = mapped(marked)
    assert found.method is None
    assert not len(found.maps)
    record = attribution_record(
        found, map_places(marked.images, marked.survey, marked.predictions, found, SETTINGS), {}, ()
    )
    assert (record.method, record.classes, record.checks[0].passed) == (None, (), False)
    image = str(marked.images.ids[0])
    shown = SimpleNamespace(
        id="x",
        kind="artefact",
        cue="x",
        verdict="suspect",
        label="upright",
        regions={},
        examples=(image,),
        counterexamples=(),
        blocks=(),
        section=None,
    )
    save_pictures([shown], marked.images, marked.predictions, found, {}, tmp_path / "none", QUIET)
    assert thumbnail_path(tmp_path / "none", image).is_file()
    assert not heatmap_path(tmp_path / "none", image, "upright").exists()
    save_pictures([shown], marked.images, marked.predictions, mapped_by_heatmaps(marked), {}, tmp_path / "one", QUIET)
    assert heatmap_path(tmp_path / "one", image, "upright").is_file()


def grad_cam_of(model):
    return METHODS["Grad-CAM"].explainer(model)


def mapped_by_heatmaps(known):
    return SimpleNamespace(method="Grad-CAM", explain=grad_cam_of(known.predictions.network), quick=True)


def test_a_model_that_did_not_learn_has_no_maps(clean):
    clean.predictions = SimpleNamespace(learnt=False)
    with pytest.raises(Unavailable, match="learnt"):
        mapped(clean)


def test_evidence_on_a_frame_counts_for_the_border_and_in_the_clean_twin_it_is_as_with_shuffled_labels(
    tmp_path,
):
    def border_of_upright(known):
        places = map_places(known.images, known.survey, known.predictions, mapped(known), SETTINGS)
        return next(place.regions["border"] for place in places if place.label == "upright")

    found = border_of_upright(gathered(tmp_path / "framed", framed))
    quiet = border_of_upright(gathered(tmp_path / "clean"))
    assert found.low > quiet.high + 0.1
    assert quiet.chance[0] < quiet.value < quiet.chance[1]


def framed(image, rng):
    after, edge = image.copy(), len(image) // 8
    after[:edge], after[-edge:], after[:, :edge], after[:, -edge:] = 4 * [(230, 20, 20)]
    return after


def test_the_evidence_moves_onto_a_mark_that_the_model_uses_and_not_onto_one_that_it_does_not(marked):
    def moved(redness):
        cue = SimpleNamespace(id="red_corner", kind="artefact", insert=put_in, placebo=grey_instead, directions=(1,))
        values = CueValues(id="red_corner", kind="artefact", question="?", values=marked.planted, threshold=0.5)
        (tie,) = ties(marked.images, (values,))
        weights = np.array([[-redness, redness], [-1, 1]], dtype=np.float32)
        heads = (Head(weights, np.zeros(2, np.float32)),) * 5
        network = CrossFittedModel(backbones=(stand_in(red_and_dark),), heads=heads)
        known = replace(marked.predictions, network=network)
        done = interventions(marked.images, [cue], (tie,), known, SETTINGS, QUIET)
        maps = SimpleNamespace(method="Grad-CAM", explain=grad_cam_of(network))
        return cue_maps(marked.images, [cue], (tie,), known, done, maps, SETTINGS, QUIET)[values.key]

    found, quiet = moved(redness=1), moved(redness=0)
    assert found.label == "upright"
    assert found.low > 0.2
    assert found.inserted.mean() > found.before.mean() + 0.2
    assert quiet.high < 0.05


def red_and_dark(rgb):
    """uint8 (n, 56, 56, 3) -> float (n, 7, 7, 2)."""
    images = rgb.astype(np.float32)
    red, dark = images[..., 0] - images[..., 1:].max(axis=3) - 90, 90 - images.max(axis=3)
    return np.maximum(0, np.stack([red, dark], axis=-1)).reshape(len(rgb), 7, 8, 7, 8, 2).mean(axis=(2, 4))


def put_in(rgb, amount, rng):
    after = red_corner(rgb, rng)
    return after, (after != rgb).any(axis=2)


def grey_instead(before, after, mask, rng):
    changed = before.copy()
    changed[mask] = 128
    return changed


def test_the_average_picture_and_map_of_each_class_are_saved(marked, tmp_path):
    places = map_places(marked.images, marked.survey, marked.predictions, mapped(marked), SETTINGS)
    save_averages(places, marked.survey, marked.predictions.network.size, tmp_path / "evidence")
    for place in places:
        for drawn in ("picture", "map"):
            assert average_path(tmp_path / "evidence", place.label, drawn).read_bytes()[:4] == b"RIFF"


def test_a_mark_in_one_corner_is_an_evidence_place_and_the_clean_twin_has_none(marked, clean):
    def places_in(known):
        return evidence_places(known.images, known.survey, known.predictions, mapped(known))

    (found,) = places_in(marked)
    assert (found.label, found.where) == ("upright", "upper left")
    assert found.values[found.members].mean() > 0.5
    assert marked.planted[found.rows[found.members]].mean() > 0.9
    (listed,) = attribution.function(marked.images, None, (found,), SETTINGS)
    assert (listed.verdict, listed.label) == ("clear", "upright")
    assert listed.rungs["association"].state == "yes"
    assert marked.planted[list(marked.images.ids).index(listed.examples[0])]
    assert places_in(clean) == ()
