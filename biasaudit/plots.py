"""Charts of an audit as matplotlib figures, for notebooks and papers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from biasaudit.errors import UsageError
from biasaudit.results import Audit, Breakdown, Estimate, Figure, Finding, RepresentationMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Chart

COLOURS = {
    "shortcut": "#9d1c1f", "review": "#8a3f00", "suspect": "#725000", "gap": "#5f2d8c", "unidentifiable": "#0b4f70",
    "clear": "#1d5b30", "untested": "#474f58",
}  # fmt: skip
LEVELS = ("#00224e", "#d69a00", "#6f7b8b", "#2f7fc1", "#9d4a1c", "#8a5fbf")
MOST = 20
"""Cues in one chart."""
LONGEST = 40


def plot(audit: Audit, what: str = "cues") -> Chart:
    """One chart of the audit.

    Args:
        audit: a finished one.
        what: "cues" (how strongly each is tied to the label), "representation" (what the model holds to be alike),
            "subgroups" (accuracy by group, or shares of a class where no model was audited), or the id of a finding
            (its four questions, with the placebo where there is one).

    Raises UsageError where there is nothing of that name to draw.
    """
    if what == "cues":
        return _cues([each for each in audit.findings if each.rungs["association"].estimate])
    if what == "representation":
        if audit.representation is None:
            raise UsageError("This audit has no map of the representation: no model learnt in it.")
        return _representation(audit.representation)
    if what == "subgroups":
        if not audit.subgroups:
            raise UsageError("This audit has no groups to plot: give a CSV with a column for them (metadata=).")
        return _subgroups([each for each in audit.subgroups if not each.crossed])
    found = next((each for each in audit.findings if each.id == what), None)
    if found is None:
        raise UsageError(
            f"There is nothing called {what!r} to plot: name a finding's id, cues, representation or subgroups."
        )
    return _rungs(found)


def plain(text: str) -> str:
    """A name as it stands: dollar signs start no formula, and it is no longer than a line."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return (shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…").replace("$", r"\$")


def _axes(rows: int, title: str, across: str) -> tuple[Chart, Axes]:
    # matplotlib takes a while to import: only where something is drawn.
    from matplotlib.figure import Figure as Chart

    chart = Chart(figsize=(7.5, 1.1 + 0.32 * max(rows, 2)), layout="constrained")
    axes = chart.subplots()
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlabel(across)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return chart, axes


def _named(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [plain(name) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)


def _share(estimate: Estimate, value: float) -> float:
    """Where a value stands between no bias (0) and the worst case (1)."""
    return (value - estimate.null) / ((estimate.limit - estimate.null) or 1.0)


def _interval(axes: Axes, row: float, estimate: Estimate, colour: str, placebo: bool = False) -> None:
    low, value, high = (_share(estimate, each) for each in (estimate.low, estimate.value, estimate.high))
    axes.plot([low, high], [row, row], color=colour, linewidth=1.6)
    axes.plot(value, row, "s" if placebo else "o", color="white" if placebo else colour, markeredgecolor=colour)


def _cues(findings: Sequence[Finding]) -> Chart:
    """Findings first, in their order, then the clear cues that are tied most."""
    clear = [each for each in findings if each.verdict in ("clear", "untested")]
    clear.sort(key=lambda each: -_tied(each))
    shown = [*(each for each in findings if each.verdict not in ("clear", "untested")), *clear][:MOST]
    title = "How strongly each cue is tied to the label"
    chart, axes = _axes(len(shown), title, "0: says nothing of the label, 1: gives it away (95% interval)")
    for row, each in enumerate(shown):
        estimate = each.rungs["association"].estimate
        assert estimate is not None
        _interval(axes, row, estimate, COLOURS[each.verdict])
    axes.axvline(0, color="#4c5763", linewidth=1, linestyle=":")
    axes.set_xlim(-0.1, 1.04)
    _named(axes, [f"{each.cue.replace('_', ' ')} ({each.verdict})" for each in shown])
    return chart


def _tied(finding: Finding) -> float:
    estimate = finding.rungs["association"].estimate
    return _share(estimate, estimate.value) if estimate else 0.0


def _rungs(finding: Finding) -> Chart:
    asked = {name: rung for name, rung in finding.rungs.items() if rung.estimate}
    title = plain(f"{finding.cue.replace('_', ' ')}: {finding.verdict}")
    chart, axes = _axes(len(asked) + 1, title, "0: no bias, 1: the worst case (95% interval); squares: placebo")
    for row, rung in enumerate(asked.values()):
        assert rung.estimate is not None
        _interval(axes, row, rung.estimate, COLOURS[finding.verdict])
        if rung.placebo:
            _interval(axes, row + 0.3, rung.placebo, "#4c5763", placebo=True)
    axes.axvline(0, color="#4c5763", linewidth=1, linestyle=":")
    _named(axes, [f"{name}: {rung.state}" for name, rung in asked.items()])
    return chart


def _subgroups(breakdowns: Sequence[Breakdown]) -> Chart:
    about = [each for each in breakdowns if each.about_people] or breakdowns
    told = {name for each in about for group in each.groups for name in group.figures}
    figure = "accuracy" if "accuracy" in told else min(name for name in told if name.startswith("share of"))
    rows = [
        (f"{each.column}: {group.name} (n = {group.images})", group.figures[figure], group.few)
        for each in about
        for group in each.groups
        if figure in group.figures
    ][: 2 * MOST]
    chart, axes = _axes(len(rows), f"{figure[:1].upper()}{plain(figure[1:])} by group", "share (95% interval)")
    for row, (_, of, few) in enumerate(rows):
        _whisker(axes, row, of, COLOURS["untested"] if few else "#0a5288")
    axes.set_xlim(0, 1)
    _named(axes, [name for name, _, _ in rows])
    return chart


def _whisker(axes: Axes, row: int, figure: Figure, colour: str) -> None:
    axes.plot([figure.low, figure.high], [row, row], color=colour, linewidth=1.6)
    axes.plot(figure.value, row, "o", color=colour)


def _representation(shown: RepresentationMap) -> Chart:
    from matplotlib.figure import Figure as Chart

    columns = min(3, len(shown.colourings))
    rows = -(-len(shown.colourings) // columns)
    chart = Chart(figsize=(3.4 * columns, 3.7 * rows), layout="constrained")
    panels = chart.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels[len(shown.colourings) :]:
        axes.set_axis_off()
    for axes, each in zip(panels, shown.colourings, strict=False):
        for level, name in enumerate(each.levels):
            dots = [place for place, of in zip(shown.places, each.of, strict=True) if of == level]
            axes.scatter(*zip(*dots, strict=True), s=9, color=LEVELS[level % len(LEVELS)], label=plain(name))
        near = each.neighbours
        axes.set_title(f"By {plain(each.by.replace('_', ' '))}", loc="left", fontsize=10)
        axes.set_xlabel(f"{near.value:.0%} of nearest alike, by chance {near.null:.0%}", fontsize=8)
        axes.set(xticks=[], yticks=[])
        axes.legend(fontsize=7, loc="best")
    return chart
