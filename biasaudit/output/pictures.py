"""The pictures that the report shows: thumbnails of examples and counterexamples, each with its heatmap.

That is drawn by the method that passed its checks, or for a discovered pattern how alike each place is to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from biasaudit.evidence.maps.attributions import FLAT, Attributions
from biasaudit.evidence.predictions import Predictions
from biasaudit.images.pixels import resized
from biasaudit.images.table import ImageTable
from biasaudit.report.pictures import MOST_PICTURES, heat_key
from biasaudit.report.standing import blocks_of, is_pattern, section_of
from biasaudit.report.thumbnails import discard_thumbnails, save_heatmap, save_place, save_thumbnail
from biasaudit.results import Finding, Gallery, Region
from biasaudit.runtime.progress import Progress


def save_pictures(
    findings: Iterable[Finding],
    images: ImageTable,
    predictions: Predictions | None,
    attributions: Attributions | None,
    likeness: Mapping[str, Callable[[np.ndarray], np.ndarray]],
    folder: Path,
    progress: Progress,
) -> None:
    """Save what the report will show of every finding that says something; each image once.

    Where a heatmap costs hundreds of answers, only the first example and counterexample of a finding have one.
    Pictures of an earlier run are removed first: they may be of other people. Raises DataError where an image has
    changed since it was measured.

    attributions: None, or of no method, where the model's maps may not be shown.
    likeness: of each discovered pattern by its cue's id, uint8 (h, w, 3) -> float (side, side), 0 to 1.
    """
    discard_thumbnails(folder)
    findings = list(findings)
    quiet = ("clear", "untested")
    telling = [finding for finding in findings if finding.verdict not in quiet or _told_by_pictures(finding)]
    likeness_of = {
        finding.id: likeness[finding.cue] for finding in findings if finding.cue in likeness and is_pattern(finding)
    }
    quick = attributions is None or attributions.quick
    wanted: dict[str, set[str]] = {}
    for finding in telling:
        mapped = MOST_PICTURES if quick or finding.id in likeness_of else 1
        for shown in (finding.examples, finding.counterexamples, *_galleries(finding)):
            for place, image in enumerate(shown[:MOST_PICTURES]):
                heat = heat_key(finding) if place < mapped else None
                wanted.setdefault(image, set()).update({heat} if heat else set())
    row_of = images.rows_of(wanted)
    for image in progress.track(sorted(row_of), "Drawing the evidence", len(row_of)):
        places = {each.id: each.regions[image] for each in telling if image in each.regions}
        _save(
            image, row_of[image], sorted(wanted[image]), places, images, predictions, attributions, likeness_of, folder
        )


def _told_by_pictures(finding: Finding) -> bool:
    """What was discovered has no name but its pictures, and a section of articles shows those of whatever it holds."""
    section = section_of(finding)
    return finding.kind == "discovered" or (section is not None and section.form == "articles")


def _galleries(finding: Finding) -> list[tuple[str, ...]]:
    return [block.images for block in blocks_of(finding) if isinstance(block, Gallery)]


def _save(
    image: str,
    row: int,
    keys: list[str],
    places: Mapping[str, Region],
    images: ImageTable,
    predictions: Predictions | None,
    attributions: Attributions | None,
    likeness_of: Mapping[str, Callable[[np.ndarray], np.ndarray]],
    folder: Path,
) -> None:
    rgb = images.photo(row).rgb
    save_thumbnail(folder, image, rgb)
    for finding, box in places.items():
        save_place(folder, image, finding, rgb, box)
    if predictions is None or np.ptp(rgb) < FLAT:
        return
    pixels = resized(rgb, predictions.network.size)
    for key in keys:
        if key in likeness_of:
            save_heatmap(folder, image, key, rgb, likeness_of[key](rgb))
            continue
        if attributions is None or attributions.explain is None or key not in images.classes:
            continue
        heat = attributions.explain(pixels, int(predictions.fold[row]), images.classes.index(key))
        if heat is not None:
            save_heatmap(folder, image, key, rgb, heat)
