import numpy as np
import pytest

from biasaudit.attribution.integrated_gradients import attributions
from biasaudit.model.gradients import score_gradients
from tests.attribution.networks import BUILDERS, CLASSES, drawn, pictures

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_on_networks_they_are_complete_and_the_map_of_a_fine_integral(name):
    gradients = score_gradients(drawn(BUILDERS[name]()))
    images, codes = pictures(6), np.arange(6) % CLASSES
    parts, errors = attributions(gradients, images, codes)
    differences = gradients(images, codes)[0] - gradients(np.zeros_like(images), codes)[0]
    left = np.abs(parts.sum(axis=(1, 2, 3)) - differences) / np.abs(differences)
    assert (left <= 0.0101).all()
    np.testing.assert_allclose(errors, left, atol=1e-3)
    places = ((np.arange(500, dtype=np.float32) + 0.5) / 500)[:, None, None, None]
    for image, code, part in zip(images, codes, parts, strict=True):
        fine = gradients(places * image, np.full(500, code))[1].mean(axis=0) * image
        assert np.corrcoef(fine.ravel(), part.ravel())[0, 1] > 0.95
