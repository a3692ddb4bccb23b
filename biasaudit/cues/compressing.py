"""Pictures as a saving as JPEG leaves them."""

from __future__ import annotations

import cv2
import numpy as np


def saved_as_jpeg(rgb: np.ndarray, quality: float) -> np.ndarray:
    """The picture, uint8 (height, width, 3), as it comes back from a JPEG of that quality, cut to 5 to 95."""
    settings = [cv2.IMWRITE_JPEG_QUALITY, int(np.clip(round(quality), 5, 95))]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), settings)
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[..., ::-1])
