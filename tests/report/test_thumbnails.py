from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from biasaudit.report.pictures import heatmap_path, thumbnail_path
from biasaudit.report.thumbnails import save_heatmap, save_thumbnail
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
