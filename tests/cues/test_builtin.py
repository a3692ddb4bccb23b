"""Every built-in cue, side by side: it finds what was planted, stays quiet on the clean twin, and inserts itself."""

import pickle

import cv2
import numpy as np
import pytest

from biasaudit.cues import BUILTIN
from biasaudit.images.photo import FileFacts, Photo
from tests.cues.test_file_traits import FOUND
from tests.cues.test_planted_cues import PLANTED
from tests.planted import photograph

CUES = {cue.id: cue for cue in BUILTIN}
INSERTABLE = {id: cue for id, cue in CUES.items() if cue.insert is not None}
STEP = {
    "brightness": 25.0, "contrast": 12.0, "saturation": 8.0, "colour_cast": 8.0, "tint": 8.0, "sharpness": 0.4,
    "noise": 4.0, "clipped_exposure": 0.1, "entropy": 0.6, "texture": 0.5, "background_texture": 4.0, "border": 15.0,
    "image_size": 2.0, "jpeg_quality": 60.0,
}  # fmt: skip
"""A clear step of each cue, in its own unit; artefacts are drawn in full."""
IN_PIXELS = [id for id, cue in INSERTABLE.items() if cue.kind == "property"]


def step(id: str) -> float:
    return 1.0 if CUES[id].kind == "artefact" else STEP[id]


def picture(seed: int, side: int = 160) -> np.ndarray:
    """A smooth scene with a few sharp things in it and a little noise."""
    rng = np.random.default_rng(seed)
    scene = cv2.resize(rng.uniform(60, 190, (6, 6, 3)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    for _ in range(6):
        x, y = (int(v) for v in rng.uniform(0.1, 0.9, 2) * side)
        colour = tuple(float(v) for v in rng.uniform(40, 210, 3))
        cv2.circle(scene, (x, y), int(rng.uniform(5, 14)), colour, -1, cv2.LINE_AA)
    return np.clip(scene + rng.normal(0, 2, scene.shape), 0, 255).astype(np.uint8)


def photo(rgb: np.ndarray, **facts) -> Photo:
    height, width = rgb.shape[:2]
    known = {"width": width, "height": height, "n_bytes": width * height, "format": "PNG", "mode": "RGB"}
    return Photo(rgb=rgb, file=FileFacts(**{**known, **facts}))


@pytest.mark.parametrize("id", CUES)
def test_it_explains_itself(id):
    cue = CUES[id]
    assert cue.question.endswith("?")
    assert cue.unit
    for part in ("Why it matters", "How it is measured", "What it cannot show", "References"):
        assert part in cue.rationale


@pytest.mark.parametrize("id", CUES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (60, 1), (7, 7), (100, 512)])
def test_tiny_thin_and_constant_images_are_measured_or_nan(id, shape):
    for value in (0, 128, 255):
        measured = CUES[id].measure(photo(np.full((*shape, 3), value, dtype=np.uint8)))
        if CUES[id].words:
            assert isinstance(measured, str)
            assert measured
        else:
            assert isinstance(measured, float)
            assert not np.isinf(measured)


@pytest.mark.parametrize("id", CUES)
def test_it_travels_to_other_processes_by_name(id):
    assert pickle.loads(pickle.dumps(CUES[id])) is CUES[id]


@pytest.mark.parametrize("id", IN_PIXELS)
def test_inserting_moves_the_measure_by_about_the_amount(id):
    cue = CUES[id]
    for direction in cue.directions:
        moved = []
        for seed in range(8):
            before = picture(seed)
            after, _ = cue.insert(before, direction * step(id), np.random.default_rng(seed))
            moved.append(cue.measure(photo(after)) - cue.measure(photo(before)))
        assert np.mean(moved) == pytest.approx(direction * step(id), rel=0.3)


@pytest.mark.parametrize("id", IN_PIXELS)
def test_the_placebo_moves_the_measure_far_less(id):
    cue = CUES[id]
    direction = cue.directions[0]
    inserted, sham = [], []
    for seed in range(8):
        before, rng = picture(seed), np.random.default_rng(seed)
        after, mask = cue.insert(before, direction * step(id), rng)
        start = cue.measure(photo(before))
        inserted.append(cue.measure(photo(after)) - start)
        sham.append(cue.measure(photo(cue.placebo(before, after, mask, rng))) - start)
    assert abs(np.mean(sham)) < 0.5 * abs(np.mean(inserted))


@pytest.mark.parametrize("id", INSERTABLE)
def test_inserting_leaves_its_argument_alone_keeps_the_shape_and_repeats(id):
    cue, before = INSERTABLE[id], picture(3)
    kept = before.copy()
    amount = cue.directions[0] * step(id)
    after, mask = cue.insert(before, amount, np.random.default_rng(5))
    again, _ = cue.insert(before, amount, np.random.default_rng(5))
    sham = cue.placebo(before, after, mask, np.random.default_rng(5))
    assert np.array_equal(before, kept)
    assert np.array_equal(after, again)
    assert after.shape == sham.shape == before.shape
    assert after.dtype == sham.dtype == np.uint8
    assert mask.shape == before.shape[:2]
    changed = np.abs(after.astype(int) - before).max(axis=2) > 0
    assert (changed & ~mask).mean() < 0.01


@pytest.mark.parametrize("id", INSERTABLE)
def test_a_placebo_has_about_the_energy_of_its_cue(id):
    cue, ratios = INSERTABLE[id], []
    for seed in range(6):
        before, rng = picture(seed), np.random.default_rng(seed)
        after, mask = cue.insert(before, cue.directions[0] * step(id), rng)
        sham = cue.placebo(before, after, mask, rng)
        energies = [np.sqrt(np.mean((image.astype(float) - before) ** 2)) for image in (sham, after)]
        ratios.append(energies[0] / energies[1])
    assert 0.6 < np.mean(ratios) < 1.3


def test_frame_is_found_and_not_its_absence():
    cue = CUES["frame"]
    for seed in range(6):
        before = picture(seed)
        after, _ = cue.insert(before, 1.0, np.random.default_rng(seed))
        assert cue.measure(photo(before)) < 0.02
        assert cue.measure(photo(after)) > 0.05


def test_file_traits_are_read_from_the_file():
    large = photo(picture(0), width=2000, height=1000, n_bytes=500_000, jpeg_quality=85.0)
    small = photo(picture(0), width=500, height=500, n_bytes=500_000)
    assert CUES["image_size"].measure(large) - CUES["image_size"].measure(small) == pytest.approx(3.0)
    assert CUES["aspect_ratio"].measure(large) == pytest.approx(1.0)
    assert CUES["aspect_ratio"].measure(small) == 0
    assert CUES["bytes_per_pixel"].measure(large) == pytest.approx(0.25)
    assert CUES["jpeg_quality"].measure(large) == 85
    assert np.isnan(CUES["jpeg_quality"].measure(small))


@pytest.mark.parametrize("id", [cue.id for cue in BUILTIN if cue.kind == "artefact"])
def test_an_artefact_is_present_where_it_is_put_in_and_absent_on_the_clean_twin(id):
    cue, found, alarms = CUES[id], 0, 0
    for seed in range(10):
        before = photograph(np.random.default_rng(100 + seed), upright=bool(seed % 2), side=256)
        after, _ = cue.insert(before, 1.0, np.random.default_rng(seed))
        found += cue.measure(photo(after)) >= cue.threshold
        alarms += cue.measure(photo(before)) >= cue.threshold
    assert found >= 7
    assert alarms <= 1


def test_every_cue_is_planted_in_some_test():
    in_pixels_or_numbers, in_files = set(PLANTED), {cue for cue, *_ in FOUND.values()}
    artefacts = {cue.id for cue in BUILTIN if cue.kind == "artefact"}  # the test above
    assert set(CUES) == in_pixels_or_numbers | in_files | artefacts | {"file_name", "background_colour"}
