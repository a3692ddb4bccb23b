"""What is black and white in a data set whose files do not say it: one answer for all of them, found in a sample.

X-rays saved as PNG or TIFF often use 12 of their 16 bits, and would be black; DICOM may come without a window. Were
each stretched by itself, a picture whose brightest value is just under a limit would be far brighter than its neighbour
just over it, and a class could be known by that.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from biasaudit.images.kinds import kind_of
from biasaudit.images.kinds.kind import AS_STORED, HEAD, WHITE, Scale

LOOKED_AT = 200
"""Files that are asked whether they say what is white, spread evenly over the data set."""
DECODED = 60
"""Of those that do not, how many are decoded at most. Where they all stay under a limit, all but 5% of the files do."""
BITS = (12, 14)
"""How many of 16 bits a camera or an X-ray machine uses, where it is not all of them."""
OF_DICOM = "DICOM"


def scale_of(n: int, path: Callable[[int], Path]) -> Scale:
    """The scale for the n files of one data set, whose places `path` tells.

    Opens a sample of them; a file that cannot be read tells nothing.
    """
    places = np.unique(np.linspace(0, max(0, n - 1), LOOKED_AT).round().astype(int))[:n]
    plain: list[float] = []
    dicom: list[tuple[float, float]] = []
    for place in places:
        name, extent = _extent(path(int(place)))
        if extent is None:
            continue
        if name == OF_DICOM:
            dicom.append(extent)
        else:
            plain.append(extent[1])
        if len(plain) + len(dicom) >= DECODED:
            break
    if not plain and not dicom:
        return AS_STORED
    lows, highs = zip(*dicom, strict=True) if dicom else ((), ())
    return Scale(white=_white(plain), span=(min(lows), max(highs)) if dicom else None)


def _white(greatest: Sequence[float]) -> int:
    """The greatest value of the fewest bits that hold all of these."""
    fitting = [2**bits - 1 for bits in BITS if greatest and max(greatest) < 2**bits]
    return fitting[0] if fitting else WHITE


def _extent(path: Path) -> tuple[str, tuple[float, float] | None]:
    """The kind of a file, and the values of its picture where it leaves open which of them is white."""
    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")
            kind = kind_of(stream.read(HEAD))
            stream.seek(0)
            return (kind.name, kind.extent(stream)) if kind is not None else ("", None)
    except MemoryError:
        raise
    except Exception:  # said of the file when it is read
        return "", None
