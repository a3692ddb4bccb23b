"""What the label names, as the user declared it: a folder of masks, or the middle of every picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from biasaudit.errors import UsageError
from biasaudit.evidence.discovery.fixed_places import FixedPlace
from biasaudit.evidence.discovery.patterns import Pattern
from biasaudit.images.decode import Unreadable, decode
from biasaudit.images.table import ImageTable

MIDDLE = 0.6
"""Share of each side that "center" takes for the subject."""
LOOKED_AT = 20
"""Images that show a pattern most, in which its place is compared with the subject's."""
OFF = 0.25
"""Share of a pattern's place that may lie on the subject, in the middle one of those images, if it is off it."""
ENDINGS = (".png", ".bmp", ".tif", ".jpg")

Box = tuple[float, float, float, float]


def check_subject(subject: str | None) -> None:
    """Raise UsageError where `subject` is neither "center" nor a folder."""
    if subject and subject != "center" and not Path(subject).is_dir():
        raise UsageError(f"--subject: {subject!r} is no folder of masks. Name one, or say center.")


def off_subject(pattern: Pattern | FixedPlace, images: ImageTable, subject: str | None) -> bool | None:
    """Whether the places that show the pattern lie off the subject; None where no subject is declared or known."""
    if not subject or pattern.cue.values is None:
        return None
    share_of = _on_middle if subject == "center" else _on_mask_in(Path(subject), images)
    values = np.where(images.labels == pattern.label, np.nan_to_num(pattern.cue.values, nan=-2.0), -2.0)
    rows = [int(row) for row in np.argsort(-values, kind="stable")[:LOOKED_AT] if values[row] > -2]
    shares = [share for row in rows if (share := share_of(row, pattern.box(row))) is not None]
    return float(np.median(shares)) < OFF if shares else None


def _on_middle(_: int, box: Box) -> float:
    left, upper, right, lower = box
    low, high = (1 - MIDDLE) / 2, (1 + MIDDLE) / 2
    wide, tall = max(0.0, min(right, high) - max(left, low)), max(0.0, min(lower, high) - max(upper, low))
    return wide * tall / ((right - left) * (lower - upper))


def _on_mask_in(folder: Path, images: ImageTable) -> Callable[[int, Box], float | None]:
    def share(row: int, box: Box) -> float | None:
        """Of the box, on what is not black in the mask of the same name; None where there is no mask."""
        stem = folder / Path(str(images.ids[row])).with_suffix("")
        file = next((each for end in ENDINGS if (each := stem.with_suffix(end)).is_file()), None)
        if file is None or folder.resolve() not in file.resolve().parents:
            return None
        try:
            mask = decode(file).rgb.max(axis=2) > 0
        except Unreadable:
            return None
        height, width = mask.shape
        left, upper, right, lower = box
        part = mask[int(upper * height) : int(np.ceil(lower * height)), int(left * width) : int(np.ceil(right * width))]
        return float(part.mean()) if part.size else None

    return share
