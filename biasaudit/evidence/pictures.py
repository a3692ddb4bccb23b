"""The pictures that the report shows: thumbnails of examples and counterexamples, each with its Grad-CAM heatmap."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from biasaudit.evidence.predictions import Predictions
from biasaudit.images.pixels import resized
from biasaudit.images.table import ImageTable
from biasaudit.progress import Progress
from biasaudit.report.thumbnails import discard_thumbnails, save_heatmap, save_thumbnail
from biasaudit.report.view import MOST_PICTURES
from biasaudit.results import Finding

FLAT = 2
"""A picture whose brightest and darkest pixel differ by less than this has no heatmap: there is nothing to see."""


def save_pictures(
    findings: Iterable[Finding],
    images: ImageTable,
    predictions: Predictions | None,
    folder: Path,
    progress: Progress,
) -> None:
    """Save what the report will show of every finding that says something; each image once.

    Pictures of an earlier run are removed first: they may be of other people. Raises DataError where an image has
    changed since it was measured.
    """
    discard_thumbnails(folder)
    row_of = {image: row for row, image in enumerate(images.ids)}
    telling = [finding for finding in findings if finding.verdict not in ("clear", "untested")]
    wanted: dict[str, set[str]] = {}
    for finding in telling:
        for image in (*finding.examples[:MOST_PICTURES], *finding.counterexamples[:MOST_PICTURES]):
            wanted.setdefault(image, set()).update({finding.label} if finding.label else set())
    for image in progress.track(sorted(wanted), "Drawing the evidence", len(wanted)):
        _save(image, row_of[image], sorted(wanted[image]), images, predictions, folder)


def _save(
    image: str, row: int, labels: list[str], images: ImageTable, predictions: Predictions | None, folder: Path
) -> None:
    rgb = images.photo(row).rgb
    save_thumbnail(folder, image, rgb)
    if predictions is None or np.ptp(rgb) < FLAT:
        return
    pixels = resized(rgb, predictions.network.size)
    for label in labels:
        heat = predictions.network.heatmap(pixels, int(predictions.fold[row]), images.classes.index(label))
        if heat is not None:
            save_heatmap(folder, image, label, rgb, heat)
