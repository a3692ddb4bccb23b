from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from biasaudit.report.pictures import heatmap_path, thumbnail_path
from biasaudit.report.thumbnails import save_heatmap, save_place, save_thumbnail
from tests.golden import HOSTILE


@pytest.mark.parametrize(
    ("shape", "size"),
    [((300, 600), (160, 80)), ((600, 300), (80, 160)), ((9, 5), (5, 9)), ((1, 5000), (160, 1))],
)
def test_long_side_is_at_most_160_and_nothing_but_pixels_is_kept(tmp_path, shape, size):
    path = save_thumbnail(tmp_path, "a/b.jpg", np.full((*shape, 3), 90, np.uint8))
    with Image.open(path) as image:
        assert (image.format, image.size) == ("WEBP", size)
        assert not image.getexif()
        assert abs(float(np.asarray(image).mean()) - 90) < 2


def test_names_cannot_leave_the_folder_nor_collide(tmp_path):
    paths = {thumbnail_path(tmp_path, name) for name in (*HOSTILE, "../../etc/passwd", "/etc/passwd")}
    paths |= {
        heatmap_path(tmp_path, "ab", "c"),
        heatmap_path(tmp_path, "a", "bc"),
        thumbnail_path(tmp_path, "abc"),
    }
    assert len(paths) == len(HOSTILE) + 5
    assert all(path.parent == tmp_path and path.suffix == ".webp" for path in paths)


def test_a_heatmap_is_brighter_where_the_heat_is(tmp_path):
    heat = np.zeros((7, 7))
    heat[:, 4:] = 1
    heat[0, 0] = np.nan
    path = save_heatmap(tmp_path, "a", "malignant", np.full((200, 300, 3), 128, np.uint8), heat)
    pixels = np.asarray(Image.open(path)).astype(float)
    assert pixels.shape == (107, 160, 3)
    left, right = pixels[:, :60], pixels[:, 110:]
    assert right.mean() > left.mean() + 40
    assert right[..., 0].mean() > right[..., 2].mean()  # yellow
    assert left[..., 2].mean() > left[..., 0].mean()  # blue
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("side", [1, 2, 3, 5, 40, 700])
@pytest.mark.parametrize(
    "box", [(0.9, 0.9, 1.0, 1.0), (0.0, 0.0, 0.1, 0.1), (0.0, 0.2, 1.0, 0.3), (0.0, 0.0, 0.0, 0.0)]
)
def test_the_place_of_a_mark_is_enlarged_and_boxed_in_pictures_of_any_size(tmp_path, side, box):
    rgb = np.random.default_rng(side).integers(0, 255, (side, side, 3), dtype=np.uint8)
    for path in save_place(tmp_path, "a", "artefact-ruler", rgb, box):
        with Image.open(path) as image:
            assert max(image.size) <= 160


def test_a_faint_tick_is_plain_in_the_enlarged_place(tmp_path):
    rgb = np.full((200, 200, 3), 30, np.uint8)
    rgb[:, 40:] = 220
    rgb[60:160:16, :3] += 9
    enlarged, _ = save_place(tmp_path, "a", "artefact-ruler", rgb, (0.0, 0.2, 0.06, 0.8))
    pixels = np.asarray(Image.open(enlarged).convert("L")).astype(float)
    edge = pixels[:, : pixels.shape[1] // 12]
    assert np.ptp(edge) > 60
