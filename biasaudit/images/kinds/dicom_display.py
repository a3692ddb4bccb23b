"""From stored values to what a viewer shows: modality, window and polarity, as DICOM lays down (PS3.3 C.7.6.3, C.11).

pydicom has these steps as well. They are made here of the few values that a pixel can have, not of the pixels, which
takes a hundredth of the memory; and pydicom's turn a falling slope round and refuse tables of 10 to 15 bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

BAND = 256
"""Rows of a picture that are looked up at a time."""


def shown(stored: np.ndarray, header: Any, span: tuple[float, float] | None = None) -> np.ndarray:
    """Stored values as uint8, 0 to 255: (height, width) of grey, (height, width, 3) of colours.

    Args:
        stored: integers of up to 16 bits, (height, width) or, in RGB, (height, width, 3).
        header: a pydicom data set with PhotometricInterpretation, BitsStored, PixelRepresentation and what it has of
            tables and windows.
        span: what is black and white where there is no window and more than 8 bits; None: all that could be stored.

    Raises what pydicom does of a header that contradicts itself.
    """
    bits, signed = int(header.BitsStored), bool(header.get("PixelRepresentation", 0))
    low = -(2 ** (bits - 1)) if signed else 0
    values = np.arange(low, low + 2**bits)
    if stored.ndim == 3:
        table = _eight((values - low) / (2**bits - 1))
    elif header.PhotometricInterpretation == "PALETTE COLOR":
        table = _palette(values, header)
    else:
        meant, least, greatest = modality(values.astype(float), header)
        grey = windowed(meant, *(span if span and bits > 8 else (least, greatest)), header)
        table = _eight(1 - grey if header.PhotometricInterpretation == "MONOCHROME1" else grey)
    found = np.empty((*stored.shape, *table.shape[1:]), dtype=np.uint8)
    for top in range(0, len(stored), BAND):
        place = stored[top : top + BAND].astype(np.intp) - low
        np.take(table, place, axis=0, mode="clip", out=found[top : top + BAND])
    return found


def modality(values: np.ndarray, header: Any) -> tuple[np.ndarray, float, float]:
    """Values as the machine means them (PS3.3 C.11.1), float, and the least and the greatest that there can be.

    values: float (n,), every value that can be stored, in order.
    """
    if header.get("ModalityLUTSequence"):
        found, greatest = _looked_up(values, header.ModalityLUTSequence[0], header)
        return found, 0.0, greatest
    slope, intercept = header.get("RescaleSlope"), header.get("RescaleIntercept")
    if slope is not None and intercept is not None and float(slope) != 0:
        values = values * float(slope) + float(intercept)
    return values, float(values.min()), float(values.max())


def windowed(values: np.ndarray, least: float, greatest: float, header: Any) -> np.ndarray:
    """Values as brightness, 0 to 1 (PS3.3 C.11.2): by the first table or window, else from `least` to `greatest`."""
    if header.get("VOILUTSequence"):
        found, white = _looked_up(values, header.VOILUTSequence[0], header)
        return np.clip(found / white, 0, 1)
    window = _window(header)
    if window is None:
        return np.clip((values - least) / max(greatest - least, 1e-300), 0, 1)
    center, width, function = window
    if function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (values - center) / width, -700, 700)))
    if function == "LINEAR_EXACT":
        return np.clip((values - center) / width + 0.5, 0, 1)
    if width == 1:
        return (values > center - 0.5).astype(float)
    return np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1)


def has_window(header: Any) -> bool:
    """Whether the header says which of its values are to be told apart."""
    return bool(header.get("VOILUTSequence")) or _window(header) is not None


def _window(header: Any) -> tuple[float, float, str] | None:
    """Centre, width and function of the first window; None where there is none, or none of a width that can be."""
    center, width = _first(header.get("WindowCenter")), _first(header.get("WindowWidth"))
    function = str(header.get("VOILUTFunction") or "LINEAR").strip().upper()
    least = 0 if function in ("SIGMOID", "LINEAR_EXACT") else 1
    return None if center is None or width is None or width < least or width == 0 else (center, width, function)


def _first(value: Any) -> float | None:
    """The first of one or several numbers; None where there is none."""
    if value is None or isinstance(value, str):
        return None
    try:
        return float(value[0] if hasattr(value, "__getitem__") else value)
    except IndexError:
        return None


def _looked_up(values: np.ndarray, item: Any, header: Any) -> tuple[np.ndarray, float]:
    """Values through a table of a header (PS3.3 C.11.1.1 and C.11.2.1.1), float, and the greatest that it can give."""
    entries, first, bits = (int(number) for number in item.LUTDescriptor)
    data = item.LUTData
    if isinstance(data, bytes):
        little = header.original_encoding[1] is not False
        wide = len(data) >= 2 * (entries or 65_536)
        table = np.frombuffer(data, dtype=("<u2" if little else ">u2") if wide else "u1")
    else:
        table = np.atleast_1d(np.asarray(data))
    place = np.clip(np.rint(values) - first, 0, len(table) - 1).astype(np.intp)
    return table[place].astype(float), float(2 ** min(max(bits, 1), 16) - 1)


def _palette(values: np.ndarray, header: Any) -> np.ndarray:
    from pydicom.pixels import apply_color_lut

    entries, first = (int(number) for number in header.RedPaletteColorLookupTableDescriptor[:2])
    within = np.clip(values, first, first + (entries or 65_536) - 1)
    colours = apply_color_lut(within, header)[:, :3]
    return (colours >> 8 if colours.dtype.itemsize == 2 else colours).astype(np.uint8)


def _eight(brightness: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(brightness, 0, 1) * 255).astype(np.uint8)
