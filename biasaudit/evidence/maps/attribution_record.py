"""What the report says of the model's maps, as a record, and the average maps as pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from biasaudit.attribution.gate import Examined
from biasaudit.evidence.maps.attributions import Attributions
from biasaudit.evidence.maps.cue_maps import CueMaps
from biasaudit.evidence.maps.map_places import ClassPlaces, Share
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.ties import Tie
from biasaudit.report.thumbnails import save_average
from biasaudit.results import Attribution, ClassMap, CueMap, Estimate, MapCheck, RegionShare, say


def attribution_record(
    attributions: Attributions,
    map_places: tuple[ClassPlaces, ...],
    cue_maps: Mapping[str, CueMaps],
    ties: tuple[Tie, ...],
) -> Attribution:
    """What stands in `audit.json`."""
    return Attribution(
        method=attributions.method,
        checks=tuple(_check(examined) for examined in attributions.examined),
        classes=tuple(
            ClassMap(
                label=place.label,
                images=len(place.rows),
                border=_region(place.regions["border"]),
                middle=_region(place.regions["middle"]),
            )
            for place in map_places
        ),
        cues=tuple(_cue(tie, cue_maps[tie.cue.key]) for tie in ties if tie.cue.key in cue_maps),
    )


def _check(examined: Examined) -> MapCheck:
    return MapCheck(
        method=examined.method,
        correlation=examined.correlation,
        depends=examined.depends,
        faithfulness=Estimate(
            measure=say("area between insertion and deletion, beyond a random order"),
            value=examined.gain,
            low=examined.low,
            high=examined.high,
            null=0.0,
            limit=1.0,
            n=examined.images,
        ),
        passed=examined.passed,
    )


def _region(share: Share) -> RegionShare:
    return RegionShare(value=share.value, low=share.low, high=share.high, chance=share.chance)


def _cue(tie: Tie, maps: CueMaps) -> CueMap:
    return CueMap(
        cue=tie.cue.id,
        kind=tie.cue.kind,
        label=maps.label,
        before=float(maps.before.mean()),
        placebo=float(maps.placebo.mean()),
        inserted=Estimate(
            measure=say("share of the evidence where the cue was put in, less that with the placebo"),
            value=float((maps.inserted - maps.placebo).mean()),
            low=maps.low,
            high=maps.high,
            null=0.0,
            limit=1.0,
            n=len(maps.before),
        ),
    )


def save_averages(places: Iterable[ClassPlaces], survey: Survey, size: int, folder: Path) -> None:
    """Save each class's average picture, of the images that were mapped, and its average map."""
    assert survey.pixels is not None
    for place in places:
        pixels = survey.pixels.at(size).read(survey.rows[place.rows])
        mean = np.rint(pixels.mean(axis=0, dtype=np.float32)).astype(np.uint8)
        save_average(folder, place.label, mean, place.average / place.average.max())
