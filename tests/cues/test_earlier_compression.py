"""A coarse saving is seen in the pixels after a fine one, and what was never saved coarsely shows none."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biasaudit.cues.files.earlier_compression import NONE, earlier_compression
from biasaudit.images.decode import decode
from tests.benchmarks.scenes import scene

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def saved(rgb: np.ndarray, quality: int) -> np.ndarray:
    held = BytesIO()
    Image.fromarray(rgb).save(held, "JPEG", quality=quality)
    return np.asarray(Image.open(held).convert("RGB"))


def measured(rgb: np.ndarray, path: Path, **options: object) -> float:
    Image.fromarray(np.ascontiguousarray(rgb)).save(path, **options)
    return earlier_compression.measure(decode(path))


@pytest.mark.parametrize(
    ("quality", "cut"), [(q, (0, 0)) for q in (25, 40, 60, 80)] + [(q, (3, 5)) for q in (25, 40, 60)]
)
def test_a_coarse_saving_shows_through_a_fine_one_on_whatever_grid(tmp_path, quality, cut):
    rng = np.random.default_rng([quality, *cut])
    once = saved(scene(rng, 256), quality)[cut[0] :, cut[1] :]
    assert measured(once, tmp_path / "again.jpg", quality=95) == pytest.approx(quality, abs=2)
    assert measured(once, tmp_path / "again.png") == pytest.approx(quality, abs=2)


def test_what_the_file_says_itself_and_what_was_resized_or_never_saved_is_no_earlier_saving(tmp_path):
    clean = scene(np.random.default_rng(1), 256)
    assert measured(clean, tmp_path / "fine.jpg", quality=95) == NONE
    assert measured(clean, tmp_path / "coarse.jpg", quality=40) == NONE
    assert measured(clean, tmp_path / "never.png") == NONE
    smaller = np.asarray(Image.fromarray(saved(clean, 40)).resize((230, 230), Image.Resampling.BICUBIC))
    assert measured(smaller, tmp_path / "smaller.png") == NONE


def test_large_tiny_and_flat_pictures_and_tables_of_nobodys_tell_nothing(tmp_path):
    large = saved(np.tile(scene(np.random.default_rng(2), 256), (3, 3, 1)), 30)
    assert measured(large, tmp_path / "large.png") == NONE
    assert measured(saved(scene(np.random.default_rng(2), 256), 30)[:20], tmp_path / "tiny.png") == NONE
    assert measured(np.full((64, 64, 3), 90, np.uint8), tmp_path / "flat.png") == NONE
    clean = scene(np.random.default_rng(3), 256)
    assert measured(clean, tmp_path / "own.jpg", qtables=[[16] * 64, [16] * 64]) == NONE


@pytest.mark.parametrize("period", [4, 6, 8, 12, 16, 32])
def test_grids_that_were_never_compressed_are_no_earlier_saving(tmp_path, period):
    grid = np.full((256, 256, 3), 250, np.uint8)
    grid[::period] = grid[:, ::period] = (200, 60, 60)
    checks = np.repeat((np.indices((256, 256)).sum(axis=0) // period % 2 * 180 + 40)[..., None], 3, axis=2)
    assert measured(grid, tmp_path / "grid.png") == NONE
    assert measured(checks.astype(np.uint8), tmp_path / "checks.png") == NONE


@pytest.mark.real
@pytest.mark.parametrize("folder", ["skin", "objects_control", "leaves"])
def test_in_photographs(folder, tmp_path):
    if not (DATA / folder).exists():
        pytest.skip(f"no photographs in ../shared/data/{folder}")
    files = sorted(path for path in (DATA / folder).rglob("*") if path.suffix in (".jpg", ".jpeg"))[::40][:20]
    for number, path in enumerate(files):
        rgb = np.asarray(Image.open(path).convert("RGB"))
        assert earlier_compression.measure(decode(path)) == NONE
        found = measured(saved(rgb, 40), tmp_path / f"{number}.jpg", quality=95)
        assert found == pytest.approx(40, abs=3)
