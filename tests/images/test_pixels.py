import numpy as np
import pytest

from biasaudit.images.pixels import PixelStore, resized


def test_what_one_store_takes_the_one_beside_it_takes_too(tmp_path):
    large, small = (PixelStore.create(tmp_path / f"{size}.raw", 2, size) for size in (24, 8))
    large.beside = small
    photo = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    large.take(1, photo)
    assert (large.at(24).read(np.array([1]))[0] == resized(photo, 24)).all()
    assert (large.at(8).read(np.array([1]))[0] == resized(photo, 8)).all()
    with pytest.raises(ValueError, match="side 16"):
        large.at(16)
    large.discard()
    assert not list(tmp_path.iterdir())
