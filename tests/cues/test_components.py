"""Parts of a mask are those that OpenCV finds, with its boxes and areas."""

import cv2
import numpy as np
import pytest

from biasaudit.cues.components import components


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.4, 1.0])
def test_they_are_opencvs(connectivity, share):
    mask = (np.random.default_rng(0).random((61, 83)) < share).astype(np.uint8)
    n, label, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)
    found = components(mask, connectivity)
    assert len(found.area) == n
    assert (found.label == label).all()
    boxes = np.stack([found.left, found.top, found.width, found.height, found.area], axis=1)
    assert (boxes[1:] == stats[1:]).all()
    assert found.area[0] == 0
    assert (label.ravel()[found.at] == found.of).all()
