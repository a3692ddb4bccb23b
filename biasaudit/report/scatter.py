"""A map of images as inline SVG: a dot an image, one colour a level, dots of one colour in one path to stay small."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from biasaudit.report.charts import Scale, chart, tag

SIDE = 220
COLOURS = 6
"""As many as the style has; with more levels they come again."""


def scatter(
    title: str, told: str, places: Sequence[tuple[float, float]], levels: Sequence[str], of: Sequence[int]
) -> Markup:
    """Each image at its place (0 to 1 both ways), coloured by its level; the legend stands beside it in HTML.

    told: the chart in words, for who cannot see it. of: dot by dot the place of its level in `levels`.
    """
    across, down = Scale(0.0, 1.0, 5, SIDE - 5), Scale(0.0, 1.0, SIDE - 5, 5)
    strokes: list[list[str]] = [[] for _ in levels]
    for (x, y), level in zip(places, of, strict=True):
        strokes[level].append(f"M{across.at(x):.1f} {down.at(y):.1f}h0")
    paths = [tag("path", d="".join(dots), class_=f"dots level{level % COLOURS}") for level, dots in enumerate(strokes)]
    return chart(title, told, (SIDE, SIDE), *paths)
