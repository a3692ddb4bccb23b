"""Small charts as inline SVG: no script, no styles of their own, a description for every reader.

Names given by users stand in the table beside a chart, not inside it: SVG text does not wrap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from biasaudit.report.words import interval, number, visible
from biasaudit.results import Estimate, Figure


def tag(name: str, *children: str, **attributes: object) -> Markup:
    """One element, everything in it escaped; `class_` -> class, `stroke_width` -> stroke-width."""
    text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(visible(_short(value)))}"' for key, value in attributes.items()
    )
    inside = "".join(escape(visible(child)) for child in children)
    return Markup(f"<{name}{text}>{inside}</{name}>")


def _short(value: object) -> str:
    """Coordinates to a tenth of a unit: nobody sees more, and the file stays small."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def chart(title: str, description: str, size: tuple[int, int], *shapes: Markup) -> Markup:
    """The frame of a chart; who cannot see it is told its title and its description."""
    viewbox = f"0 0 {size[0]} {size[1]}"
    return tag("svg", *shapes, class_="chart", viewBox=viewbox, role="img", aria_label=f"{title}. {description}")


class Scale(NamedTuple):
    """A linear axis: from `low` at pixel `left` to `high` at pixel `right`."""

    low: float
    high: float
    left: float
    right: float

    def at(self, value: float) -> float:
        """The pixel of a value; values beyond the axis stop at its ends."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)

    def anchor(self, value: float) -> str:
        """How a label at this value is aligned so that it stays in the chart."""
        share = (self.at(value) - self.left) / (self.right - self.left)
        return "start" if share < 0.25 else "end" if share > 0.75 else "middle"


def _scale(estimates: Sequence[Estimate], left: float, right: float) -> Scale:
    """From the null to the limit, always: a small effect must look small. What lies beyond them widens it."""
    bounds = [bound for estimate in estimates for bound in (estimate.low, estimate.high, estimate.value)]
    values = [estimates[0].null, estimates[0].limit, *bounds]
    return Scale(min(values), max(values), left, right)


def _strokes(*lines: tuple[tuple[float, float], tuple[float, float]], class_: str) -> Markup:
    """Straight lines, each from a place to another, as one element: a long report has thousands of them."""
    drawn = "".join(f"M{_short(x1)} {_short(y1)}L{_short(x2)} {_short(y2)}" for (x1, y1), (x2, y2) in lines)
    return tag("path", d=drawn, class_=class_)


def _row(scale: Scale, y: float, estimate: Estimate, kind: str) -> Markup:
    """One interval with its estimate: a disc for the cue, a hollow square for its placebo."""
    low, high, middle = scale.at(estimate.low), scale.at(estimate.high), scale.at(estimate.value)
    caps = [((x, y - 4), (x, y + 4)) for x in (low, high)]
    whisker = _strokes(((low, y), (high, y)), *caps, class_=f"whisker {kind}")
    if kind == "placebo":
        mark = tag("rect", x=middle - 4, y=y - 4, width=8, height=8, class_="mark placebo")
    else:
        mark = tag("circle", cx=middle, cy=y, r=4.5, class_="mark cue")
    return whisker + mark


def interval_plot(
    estimate: Estimate, placebo: Estimate | None = None, ends: tuple[str, str] = ("no bias", "full")
) -> Markup:
    """The estimate with its 95% interval, its placebo below it, and the line of no bias.

    ends: what the null and the limit are called; an effect may lie beyond either.
    """
    rows = [("cue", estimate)] + ([("placebo", placebo)] if placebo else [])
    scale = _scale([each for _, each in rows], 62 if placebo else 8, 252)
    base = 12 + 24 * len(rows)
    marks = ((estimate.null, ends[0]), (estimate.limit, ends[1]))
    ticks = [((scale.at(value), base), (scale.at(value), base + 5)) for value, _ in marks]
    shapes = [
        _strokes(((scale.left, base), (scale.right, base)), *ticks, class_="axis"),
        tag("line", x1=scale.at(estimate.null), x2=scale.at(estimate.null), y1=4, y2=base + 5, class_="null"),
    ]
    for index, (kind, each) in enumerate(rows):
        y = 16 + 24 * index
        if placebo:
            shapes.append(tag("text", kind, x=0, y=y + 4, class_="row-name"))
        shapes.append(_row(scale, y, each, kind))
    close = abs(scale.at(estimate.limit) - scale.at(estimate.null)) < 110  # pixels: no room for words on one line
    for value, word in marks:
        text = number(value) if close else f"{number(value)} {word}"
        shapes.append(tag("text", text, x=scale.at(value), y=base + 17, text_anchor=scale.anchor(value)))
    told = "; ".join(f"{kind}: {interval(each)}" for kind, each in rows)
    return chart(estimate.measure, f"{told}. {number(estimate.null)}: {ends[0]}.", (260, base + 22), *shapes)


class Point(NamedTuple):
    """One cue on the association strip."""

    number: str
    """Of its section; empty for clear cues."""
    verdict: str
    position: float
    """0 = says nothing of the label, 1 = gives it away entirely."""


def position(estimate: Estimate) -> float:
    """Where an estimate stands between no bias (0) and the worst case (1)."""
    span = estimate.limit - estimate.null
    return min(1.0, max(0.0, (estimate.value - estimate.null) / span)) if span else 0.0


def association_strip(points: Iterable[Point]) -> Markup:
    """All cues by the strength of their tie to the label: discs for findings, rings for clear ones."""
    scale = Scale(0.0, 1.0, 10, 470)
    points = sorted(points, key=lambda point: (-point.position, point.number))
    levels: list[list[float]] = [[] for _ in range(5)]
    dots = []
    for point in points:
        x = scale.at(point.position)
        # the lowest level with room; where none has, dots lie on each other at the top
        level = next((n for n, taken in enumerate(levels) if all(abs(x - other) > 17 for other in taken)), 4)
        levels[level].append(x)
        dots.append(_dot(point, x, -12 - 18 * level))
    top = 18 * sum(map(bool, levels)) + 6
    shapes = tag(
        "g",
        tag("line", x1=scale.left, x2=scale.right, y1=0, y2=0, class_="axis"),
        *dots,
        transform=f"translate(0 {top})",
    )
    numbered = ", ".join(point.number for point in points if point.number) or "none"
    clear = sum(not point.number for point in points)
    told = f"From strongest to weakest tie: findings {numbered}; {clear} cues with no finding."
    return chart("How strongly each cue is tied to the label", told, (480, top + 2), shapes)


def _dot(point: Point, x: float, y: float) -> Markup:
    if not point.number:
        return tag("circle", cx=x, cy=y, r=4, class_="ring")
    disc = tag("circle", cx=x, cy=y, r=8, class_=f"dot {point.verdict}")
    return disc + tag("text", point.number, x=x, y=y + 3, text_anchor="middle", class_=f"dot-number {point.verdict}")


def on_one_scale(estimates: Sequence[Estimate]) -> list[Markup]:
    """Each figure with its interval and its line of no bias, all on one scale from no bias to the worst case.

    They stand beside their text in a table, so screen readers skip them.
    """
    ends = [end for each in estimates for end in (each.null, each.limit, each.low, each.high, each.value)]
    scale = Scale(min(ends, default=0.0), max(ends, default=1.0), 6, 234)
    return [
        tag(
            "svg",
            tag("line", x1=scale.left, x2=scale.right, y1=18, y2=18, class_="axis"),
            tag("line", x1=scale.at(each.null), x2=scale.at(each.null), y1=1, y2=18, class_="null"),
            _row(scale, 9, each, "cue"),
            class_="chart",
            viewBox="0 0 240 20",
            aria_hidden="true",
        )
        for each in estimates
    ]


def bar(share: float) -> Markup:
    """A bar beside a count in a table; the count itself is the text, so screen readers skip this."""
    rect = tag("rect", width=100 * min(1.0, max(0.0, share)), height=10)
    return tag("svg", rect, class_="bar", viewBox="0 0 100 10", preserveAspectRatio="none", aria_hidden="true")


def whisker(figure: Figure, few: bool) -> Markup:
    """A share with its interval, from 0 to 1, beside its text in a table, so screen readers skip this."""
    scale = Scale(0.0, 1.0, 4, 116)
    low, high, middle = scale.at(figure.low), scale.at(figure.high), scale.at(figure.value)
    shapes = (
        tag("line", x1=4, x2=116, y1=14, y2=14, class_="axis"),
        tag("line", x1=low, x2=high, y1=7, y2=7, class_="whisker placebo" if few else "whisker"),
        tag("circle", cx=middle, cy=7, r=3.5, class_="mark placebo" if few else "mark cue"),
    )
    return tag("svg", *shapes, class_="chart", viewBox="0 0 120 16", aria_hidden="true")


def loss_curves(curves: Sequence[Mapping[str, int | tuple[float, ...]]]) -> Markup:
    """Training loss (thin) and validation loss (strong) by epoch, one pair of lines a fold."""
    lines = [
        (kind, values)
        for curve in curves[:10]
        for kind, values in (("loss", curve.get("loss")), ("validation", curve.get("validation_loss")))
        if isinstance(values, tuple) and len(values) > 1
    ]
    top = max((value for _, values in lines for value in values), default=1.0)
    epochs = max((len(values) for _, values in lines), default=2)
    across, up = Scale(1, epochs, 40, 350), Scale(0, top, 130, 10)
    shapes = [
        tag("line", x1=40, x2=350, y1=130, y2=130, class_="axis"),
        tag("line", x1=40, x2=40, y1=10, y2=130, class_="axis"),
    ]
    for kind, values in lines:
        corners = " ".join(f"{across.at(i + 1):.1f},{up.at(value):.1f}" for i, value in enumerate(values))
        shapes.append(tag("polyline", points=corners, class_=f"curve {kind}"))
    shapes += [
        tag("text", number(top, top), x=36, y=14, text_anchor="end"),
        tag("text", "0", x=36, y=134, text_anchor="end"),
        tag("text", "epoch 1", x=40, y=146),
        tag("text", f"{epochs}", x=350, y=146, text_anchor="end"),
    ]
    told = f"{len(curves)} folds, {epochs} epochs at most; thin: training loss, strong: validation loss."
    return chart("Loss by epoch", told, (360, 152), *shapes)
