"""Which breakdowns by group stand where, and which of their figures a table has room for."""

from __future__ import annotations

from biasaudit.results import Audit, Breakdown

MOST_FIGURES = 8
"""Columns of figures in a table by group; all of them are in audit.json."""


def about_people(audit: Audit) -> list[Breakdown]:
    """The breakdowns by one column about people."""
    return [each for each in audit.subgroups if each.about_people and not each.crossed]


def crossed(audit: Audit) -> list[Breakdown]:
    """Those by two columns at once."""
    return [each for each in audit.subgroups if each.crossed]


def other_columns(audit: Audit) -> list[Breakdown]:
    """Those by columns about anything else."""
    return [each for each in audit.subgroups if not each.about_people]


def told(audit: Audit, each: Breakdown) -> list[str]:
    """The figures that a table by group has room for: of the shares of classes those of the rarest that are told."""
    known = {name for group in each.groups for name in group.figures}
    starts = ("share of", "accuracy", "balanced accuracy", "sensitivity of", "specificity of", "AUC")
    wanted = [name for start in starts for name in sorted(known) if name.startswith(start)]
    every = ((n, f"share of {label}") for label, n in audit.dataset.classes.items())
    shares = sorted((n, name) for n, name in every if name in known)
    rarest = [name for _, name in shares[: 1 if len(shares) == 2 else 3]]
    return [name for name in wanted if not name.startswith("share of") or name in rarest][:MOST_FIGURES]
