"""Saves the pictures of a report: small WebP files made from pixels, so that no EXIF travels along."""

from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from biasaudit.report.pictures import SIDE, average_path, heatmap_path, thumbnail_path

QUALITY = 72
"""WebP quality: about 4 kB a picture, and hair, tick marks and print are still legible."""
HEAT_SHARE = 0.6
"""Share of the heat colours in the blend with the grey image."""


def save_thumbnail(folder: Path, image_id: str, rgb: np.ndarray) -> Path:
    """Save `rgb` (uint8, height x width x 3) reduced to 160 pixels; returns the file's path."""
    return _write(thumbnail_path(folder, image_id), _reduce(rgb))


def save_heatmap(folder: Path, image_id: str, label: str, rgb: np.ndarray, heat: np.ndarray) -> Path:
    """Save `heat` (float 0 to 1, any size) for the class `label` in cividis over the grey image."""
    return _write(heatmap_path(folder, image_id, label), _blend(rgb, heat))


def save_average(folder: Path, label: str, rgb: np.ndarray, heat: np.ndarray) -> tuple[Path, Path]:
    """Save the average picture of a class (uint8, height x width x 3), and its average map as `save_heatmap` does."""
    return (
        _write(average_path(folder, label, "picture"), _reduce(rgb)),
        _write(average_path(folder, label, "map"), _blend(rgb, heat)),
    )


def _blend(rgb: np.ndarray, heat: np.ndarray) -> np.ndarray:
    small = _reduce(rgb)
    grey = cv2.cvtColor(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return cv2.addWeighted(_cividis(heat, small.shape[:2]), HEAT_SHARE, grey, 1 - HEAT_SHARE, 0)


def _reduce(rgb: np.ndarray) -> np.ndarray:
    """Longest side at most 160; smaller images keep their pixels (the page enlarges them)."""
    height, width = rgb.shape[:2]
    scale = SIDE / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(rgb)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)


def _cividis(heat: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Heat as colours that stay ordered in grey print and for colour-blind readers."""
    clean = np.clip(np.nan_to_num(heat.astype(np.float32)), 0, 1)
    full = cv2.resize(clean, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    levels = np.rint(full * 255).astype(np.uint8)
    return cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_CIVIDIS), cv2.COLOR_BGR2RGB)


def discard_thumbnails(folder: Path) -> None:
    """Remove the pictures that an earlier run saved in `folder`, and nothing else that lies there."""
    for path in folder.glob("*.webp*"):
        if re.fullmatch(r"[0-9a-f]{16}\.webp(\.\d+\.part)?", path.name):
            path.unlink()


def _write(path: Path, rgb: np.ndarray) -> Path:
    """Write whole or not at all: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    Image.fromarray(rgb).save(buffer, "WEBP", quality=QUALITY, method=4)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(buffer.getvalue())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path
