"""A map of images as inline SVG: a dot an image, one colour a level, dots of one colour in one path to stay small."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from biasaudit.report.charts import Scale, chart, tag
from biasaudit.report.words import count, interval
from biasaudit.results import Colouring

SIDE = 220


def scatter(key: str, places: Sequence[tuple[float, float]], colouring: Colouring) -> Markup:
    """Each image at its place (0 to 1 both ways), coloured by its level; the legend stands beside it in HTML."""
    across, down = Scale(0.0, 1.0, 5, SIDE - 5), Scale(0.0, 1.0, SIDE - 5, 5)
    strokes: list[list[str]] = [[] for _ in colouring.levels]
    for (x, y), level in zip(places, colouring.of, strict=True):
        strokes[level].append(f"M{across.at(x):.1f} {down.at(y):.1f}h0")
    paths = [tag("path", d="".join(dots), class_=f"dots level{level}") for level, dots in enumerate(strokes)]
    told = f"{count(len(places), 'image')}; of the nearest images {interval(colouring.neighbours)} are of one level."
    return chart(key, "Map of the model's representation", told, (SIDE, SIDE), *paths)
