"""Figures of an audit for notebooks and papers: every point with its interval, and the line of no bias."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from biasaudit.errors import UsageError
from biasaudit.report.view import ties
from biasaudit.report.words import IN_SHORT, VERDICTS, both_ends, interval
from biasaudit.results import RUNGS, Audit, Estimate, Finding

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 20
"""Rows that one figure has room for."""
COLOURS = {
    "shortcut": "#a4161a",
    "review": "#7b2cbf",
    "suspect": "#b35900",
    "unidentifiable": "#005f99",
    "gap": "#6a4c00",
}
"""By verdict, which stands beside each name in words as well; all others are grey."""
GREY = "#57606a"
LEVELS = ("#00224e", "#d69a00", "#6f7b8b", "#2f7fc1", "#9d4a1c", "#8a5fbf")
"""By level, as in the report's map of the representation."""


def plot(audit: Audit, what: str = "ties") -> Figure:
    """A matplotlib figure of an audit.

    Args:
        audit: its record.
        what: "ties" (how strongly each cue is tied to the label), "subgroups" (accuracy by group, or the share of
            images where no model was audited), "representation" (what the model holds to be alike), or the id of a
            finding (its rungs, with the placebo).

    Raises:
        UsageError: there is no such finding, or nothing of the kind to draw.
    """
    if what == "ties":
        return _ties(audit)
    if what == "subgroups":
        return _subgroups(audit)
    if what == "representation":
        return _representation(audit)
    return _rungs(find(audit, what))


def find(audit: Audit, finding_id: str) -> Finding:
    """The finding of this id. Raises UsageError, with the ids most like it, where there is none."""
    by_id = {finding.id: finding for finding in audit.findings}
    if finding_id in by_id:
        return by_id[finding_id]
    near = ", ".join(repr(both_ends(each, 80)) for each in get_close_matches(finding_id, by_id, n=3, cutoff=0.4))
    raise UsageError(
        f"There is no finding {both_ends(finding_id, 80)!r}; {f'near it: {near}' if near else 'see result.findings'}."
    )


def _ties(audit: Audit) -> Figure:
    found = ties(audit)
    if not found:
        raise UsageError("No cue could be compared between the classes, so there is no tie to draw.")
    strongest = sorted(found, key=lambda each: -_placed(each[1])[0])[:MOST]
    figure, axes = _empty(len(strongest))
    for row, (finding, estimate) in enumerate(strongest):
        _interval(axes, row, estimate, COLOURS.get(finding.verdict, GREY))
    _name_rows(axes, [f"{both_ends(each.cue, 28)} ({VERDICTS[each.verdict].word.lower()})" for each, _ in strongest])
    _name_scale(axes, "0 = says nothing of the label, 1 = gives it away entirely")
    cut = f", the strongest {MOST} of {len(found)}" if len(found) > MOST else ""
    axes.set_title(f"How strongly each cue is tied to the label{cut}")
    return figure


def _rungs(finding: Finding) -> Figure:
    asked = [(name, rung) for name in RUNGS if (rung := finding.rungs.get(name)) and rung.estimate]
    if not asked:
        raise UsageError(f"The finding {both_ends(finding.id, 80)!r} has no figure to draw: see its title.")
    colour = COLOURS.get(finding.verdict, GREY)
    names: list[str] = []
    figure, axes = _empty(len(asked) + sum(rung.placebo is not None for _, rung in asked))
    for name, rung in asked:
        assert rung.estimate is not None
        _interval(axes, len(names), rung.estimate, colour)
        names.append(f"{IN_SHORT[name]}: {rung.state}\n{interval(rung.estimate)}")
        if rung.placebo is not None:
            _interval(axes, len(names), rung.placebo, GREY, "s")
            names.append(f"its placebo\n{interval(rung.placebo)}")
    _name_rows(axes, names)
    _name_scale(axes, "0 = no bias, 1 = the worst case")
    axes.set_title(f"{_safe(both_ends(finding.cue, 40))}: {VERDICTS[finding.verdict].word.lower()}")
    return figure


def _subgroups(audit: Audit) -> Figure:
    single = [each for each in audit.subgroups if not each.crossed]
    shown = [each for each in single if each.about_people] or single
    groups = [(each.column, group) for each in shown for group in each.groups][:MOST]
    if not groups:
        raise UsageError("There are no groups to draw: name columns about people with sensitive=(...).")
    judged = any("accuracy" in group.figures for _, group in groups)
    figure, axes = _empty(len(groups))
    for row, (_, group) in enumerate(groups):
        told = group.figures.get("accuracy") if judged else group.share
        if told is not None:
            _bar(axes, row, (told.value, told.low, told.high), GREY if group.few else COLOURS["unidentifiable"])
    _name_rows(
        axes,
        [
            f"{both_ends(column, 16)}: {both_ends(group.name, 20)} (n={group.images:,}{', few' if group.few else ''})"
            for column, group in groups
        ],
    )
    axes.set_xlim(0, 1)
    axes.set_xlabel("accuracy, with its 95% interval" if judged else "share of all images, with its 95% interval")
    axes.set_title("For whom the model is right" if judged else "Who is in the data")
    return figure


def _representation(audit: Audit) -> Figure:
    import matplotlib.pyplot as plt

    shown = audit.representation
    if shown is None:
        raise UsageError("There is no map of the representation to draw: no model learnt in this audit.")
    columns = min(3, len(shown.colourings))
    rows = -(-len(shown.colourings) // columns)
    figure, panels = plt.subplots(
        rows, columns, figsize=(3.3 * columns, 3.7 * rows), squeeze=False, layout="constrained"
    )
    plt.close(figure)
    for axes in panels.ravel()[len(shown.colourings) :]:
        axes.set_axis_off()
    for axes, each in zip(panels.ravel(), shown.colourings, strict=False):
        for level, name in enumerate(each.levels):
            dots = [place for place, of in zip(shown.places, each.of, strict=True) if of == level]
            x, y = zip(*dots, strict=True) if dots else ((), ())
            axes.scatter(x, y, s=9, color=LEVELS[level % len(LEVELS)], label=_safe(both_ends(name, 24)))
        near = each.neighbours
        axes.set_title(f"By {_safe(both_ends(each.by.replace('_', ' '), 30))}")
        axes.set_xlabel(f"{near.value:.0%} of the nearest are alike, by chance {near.null:.0%}", fontsize=8)
        axes.set(xticks=[], yticks=[])
        axes.legend(fontsize=7)
    return figure


def _empty(rows: int) -> tuple[Figure, Axes]:
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(8, 1.3 + 0.36 * max(rows, 2)), layout="constrained")
    plt.close(figure)  # pyplot makes notebooks able to show it; kept open, they would show it twice
    axes = figure.add_subplot()
    axes.set_ylim(rows - 0.5, -0.5)  # the first row on top
    axes.grid(axis="x", alpha=0.25)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return figure, axes


def _placed(estimate: Estimate) -> tuple[float, float, float]:
    """Value and bounds as shares of the way from no bias to the worst case, so that AUCs and gaps share an axis."""
    span = (estimate.limit - estimate.null) or 1.0
    value, *bounds = ((each - estimate.null) / span for each in (estimate.value, estimate.low, estimate.high))
    return value, min(bounds), max(bounds)


def _interval(axes: Axes, row: int, estimate: Estimate, colour: str, marker: str = "o") -> None:
    _bar(axes, row, _placed(estimate), colour, marker)


def _bar(axes: Axes, row: int, figures: tuple[float, float, float], colour: str, marker: str = "o") -> None:
    value, low, high = figures
    axes.plot([low, high], [row, row], color=colour, linewidth=2, solid_capstyle="butt")
    axes.plot([value], [row], marker, color=colour, markersize=6, fillstyle="full" if marker == "o" else "none")


def _name_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [_safe(name) for name in names])


def _name_scale(axes: Axes, words: str) -> None:
    axes.axvline(0, color="black", linewidth=1)
    left, right = axes.get_xlim()
    axes.set_xlim(min(left, -0.05), max(right, 1.05))
    axes.set_xlabel(f"{words}; lines are 95% intervals")


def _safe(name: str) -> str:
    """A name in which matplotlib finds no formula."""
    return name.replace("$", r"\$")
