"""An enlargement shows through a saving as JPEG, and what was never enlarged shows none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from biasaudit.cues.files.resampling import NOT_RESAMPLED, resampling
from biasaudit.images.decode import decode
from tests.benchmarks.scenes import scene

DATA = Path(__file__).parents[2].parent / "shared" / "data"
WAYS = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)


def enlarged(rgb: np.ndarray, share: float, way: Image.Resampling = Image.Resampling.BICUBIC) -> np.ndarray:
    picture = Image.fromarray(rgb)
    small = [round(extent * share) for extent in picture.size]
    return np.asarray(picture.resize(small, Image.Resampling.BICUBIC).resize(picture.size, way))


def measured(rgb: np.ndarray, path: Path, **options: object) -> float:
    Image.fromarray(np.ascontiguousarray(rgb)).save(path, **options)
    return resampling.measure(decode(path))


def grainy(seed: int, side: int = 256) -> np.ndarray:
    """A scene with a sensor's grain, which drawings lack."""
    rng = np.random.default_rng(seed)
    drawn = scene(rng, side).astype(np.float32)
    return np.clip(drawn + 3 * rng.standard_normal(drawn.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("share", [0.45, 0.5, 0.6, 2 / 3, 0.8])
def test_an_enlargement_is_seen_with_its_factor(tmp_path, share, way):
    picture = enlarged(grainy(1), share, way)
    assert measured(picture, tmp_path / "again.jpg", quality=95) == pytest.approx(100 * share, abs=1)
    assert measured(picture, tmp_path / "again.png") == pytest.approx(100 * share, abs=1)


def test_a_crop_of_an_enlarged_picture_is_seen_too(tmp_path):
    cropped = enlarged(grainy(2, 400), 2 / 3)[7:, 5:]
    assert measured(cropped, tmp_path / "cropped.jpg", quality=95) == pytest.approx(67, abs=1)


@pytest.mark.parametrize("quality", [40, 75, 95])
def test_savings_blur_and_noise_are_no_enlargement(tmp_path, quality):
    picture = grainy(3)
    assert measured(picture, tmp_path / "saved.jpg", quality=quality) == NOT_RESAMPLED
    assert measured(cv2.GaussianBlur(picture, (0, 0), 1.2), tmp_path / "soft.jpg", quality=quality) == NOT_RESAMPLED
    assert measured(cv2.medianBlur(picture, 3), tmp_path / "median.jpg", quality=quality) == NOT_RESAMPLED


def test_little_on_a_flat_ground_is_no_enlargement(tmp_path):
    rng, found = np.random.default_rng(6), []
    for number in range(30):
        picture = np.zeros((128, 128, 3), np.uint8)
        for _ in range(1 + number % 4):
            left, upper = rng.integers(100, size=2)
            picture[upper : upper + rng.integers(1, 28), left : left + rng.integers(1, 28)] = rng.integers(60, 255)
        found.append(measured(picture, tmp_path / f"{number}.png"))
    assert np.sum(np.array(found) < NOT_RESAMPLED) <= 1


@pytest.mark.parametrize(("share", "seen"), [(0.2, 80), (0.3, 70)])
def test_a_stronger_enlargement_is_seen_as_the_rest_of_a_step(tmp_path, share, seen):
    assert measured(enlarged(grainy(7), share), tmp_path / "strong.png") == pytest.approx(seen, abs=2)


def test_a_reduction_without_smoothing_is_seen_too(tmp_path):
    reduced = cv2.resize(grainy(8, 320), (280, 280), interpolation=cv2.INTER_LINEAR)
    assert measured(reduced, tmp_path / "reduced.png") == pytest.approx(86, abs=1)


def test_flat_tiny_and_reduced_pictures_tell_nothing(tmp_path):
    assert measured(np.full((128, 128, 3), 90, np.uint8), tmp_path / "flat.png") == NOT_RESAMPLED
    assert measured(enlarged(grainy(4, 60), 0.5), tmp_path / "tiny.png") == NOT_RESAMPLED
    assert measured(enlarged(np.tile(grainy(4), (3, 3, 1)), 2 / 3), tmp_path / "large.png") == NOT_RESAMPLED


@pytest.mark.parametrize("period", [2, 3, 5, 7, 16])
def test_stripes_are_no_enlargement(tmp_path, period):
    at = np.indices((256, 256))
    upright, slanting = at[1], np.floor(at[1] + 0.37 * at[0])
    for number, where in enumerate((upright, slanting)):
        stripes = np.repeat(((where % period == 0) * 180 + 40)[..., None], 3, axis=2).astype(np.uint8)
        noisy = np.clip(stripes + np.random.default_rng(5).normal(0, 3, stripes.shape), 0, 255).astype(np.uint8)
        assert measured(stripes, tmp_path / f"{number}.png") == NOT_RESAMPLED
        assert measured(noisy, tmp_path / f"{number} with grain.png") == NOT_RESAMPLED


@pytest.mark.real
@pytest.mark.parametrize("folder", ["skin", "xray", "leaves"])
def test_in_photographs(folder, tmp_path):
    if not (DATA / folder).exists():
        pytest.skip(f"no photographs in ../shared/data/{folder}")
    files = sorted(path for path in (DATA / folder).rglob("*") if path.suffix in (".jpg", ".jpeg"))[::15][:20]
    clean, found = [], []
    for number, path in enumerate(files):
        clean.append(resampling.measure(decode(path)))
        rgb = decode(path).rgb
        found.append(measured(enlarged(rgb, 0.5), tmp_path / f"{number}.jpg", quality=95))
        found.append(measured(enlarged(rgb, 2 / 3), tmp_path / f"{number} less.jpg", quality=95))
    assert np.sum(np.array(clean) < NOT_RESAMPLED) <= 1
    assert np.mean(np.array(found) < NOT_RESAMPLED) >= 0.9
