"""Saves the pictures of a report: small WebP files made from pixels, so that no EXIF travels along."""

from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from biasaudit.report.pictures import SIDE, average_path, boxed_path, crop_path, heatmap_path, thumbnail_path
from biasaudit.results import Region

QUALITY = 72
"""WebP quality: about 4 kB a picture, and hair, tick marks and print are still legible."""
HEAT_SHARE = 0.6
"""Share of the heat colours in the blend with the grey image."""

AROUND, CONTRAST, FAINT = 1 / 16, 40.0, 3.0
"""Of the enlarged place each pixel's lightness is measured against its surroundings, of that share of the side, and a
standard deviation there becomes so many levels, of levels below the last less: a faint tick beside a bright body is
seen then (local contrast normalisation, Jarrett 2009)."""
ROOM, LEAST_SHOWN, LONGEST = 1.4, 1 / 10, 2.0
"""Of the place of a mark: so many times its sides are shown, at least that share of the picture's longest side, and the
longer side is at most so many times the shorter."""


def save_thumbnail(folder: Path, image_id: str, rgb: np.ndarray) -> Path:
    """Save `rgb` (uint8, height x width x 3) reduced to 160 pixels; returns the file's path."""
    return _write(thumbnail_path(folder, image_id), _reduce(rgb))


def save_heatmap(folder: Path, image_id: str, label: str, rgb: np.ndarray, heat: np.ndarray) -> Path:
    """Save `heat` (float 0 to 1, any size) for the class `label` in cividis over the grey image."""
    return _write(heatmap_path(folder, image_id, label), _blend(rgb, heat))


def save_place(folder: Path, image_id: str, finding_id: str, rgb: np.ndarray, box: Region) -> tuple[Path, Path]:
    """Save the place of `rgb` (uint8, height x width x 3) that shows a mark, enlarged and with its contrast raised; and
    the thumbnail with a box around it."""
    return (
        _write(crop_path(folder, image_id, finding_id), _enlarged(rgb, box)),
        _write(boxed_path(folder, image_id, finding_id), _boxed(_reduce(rgb), box)),
    )


def _enlarged(rgb: np.ndarray, box: Region) -> np.ndarray:
    height, width = rgb.shape[:2]
    across, down = (ROOM * (box[place + 2] - box[place]) * side for place, side in enumerate((width, height)))
    least = LEAST_SHOWN * max(height, width)
    across, down = max(across, least), max(down, least)
    across, down = min(across, LONGEST * down), min(down, LONGEST * across)  # of a long row of ticks a stretch is shown
    left, upper = (
        _from(middle * side, extent, side)
        for middle, extent, side in (
            ((box[0] + box[2]) / 2, across, width),
            ((box[1] + box[3]) / 2, down, height),
        )
    )
    part = rgb[upper : upper + max(round(down), 2), left : left + max(round(across), 2)]
    zoom = SIDE / max(part.shape[:2])
    large = _reduce(part) if zoom < 1 else cv2.resize(part, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    light, *tint = cv2.split(cv2.cvtColor(large, cv2.COLOR_RGB2LAB))
    ground = cv2.GaussianBlur(light.astype(np.float32), (0, 0), SIDE * AROUND)
    apart = light - ground
    spread = np.sqrt(cv2.GaussianBlur(apart**2, (0, 0), SIDE * AROUND)) + FAINT
    raised = np.clip((ground + 128) / 2 + apart * (CONTRAST / spread), 0, 255).astype(np.uint8)
    return cv2.cvtColor(cv2.merge([raised, *tint]), cv2.COLOR_LAB2RGB)


def _from(middle: float, extent: float, side: int) -> int:
    """Where a stretch of so many pixels around `middle` begins, without leaving the picture."""
    return min(round(min(max(middle - extent / 2, 0), max(side - extent, 0))), side - 1)


def _boxed(small: np.ndarray, box: Region) -> np.ndarray:
    height, width = small.shape[:2]
    left, right = (round(edge * (width - 1)) for edge in box[::2])
    upper, lower = (round(edge * (height - 1)) for edge in box[1::2])
    drawn: np.ndarray = np.ascontiguousarray(small).copy()
    for out, colour in ((1, (0, 0, 0)), (0, (255, 255, 255))):  # seen on dark and on light
        cv2.rectangle(drawn, (left - out, upper - out), (right + out, lower + out), colour)
    return drawn


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
    part.unlink(missing_ok=True)  # a link that somebody put there would lead out of the folder
    try:
        with part.open("xb") as stream:
            stream.write(buffer.getvalue())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path
