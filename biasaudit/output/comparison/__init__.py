"""What changed between two audits, finding by finding: a pure function of the two records.

Nothing is called better or worse that the uncertainty leaves open: two figures differ where neither 95% interval
reaches into the other, which chance does in about one of two hundred pairs that are truly equal and equally exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from biasaudit.output.comparison.change import change_of
from biasaudit.output.comparison.figures import MOST, in_words, kind_of
from biasaudit.output.comparison.records import (
    NAMES,
    PROBLEMS,
    STATUSES,
    Change,
    Comparison,
    Concluded,
    Fact,
    Side,
    Status,
)
from biasaudit.results import Audit, shorten

__all__ = ["NAMES", "PROBLEMS", "STATUSES", "Change", "Comparison", "Fact", "Side", "Status", "compare"]
NO_MATTER = ("jobs", "fresh", "selftest", "trust_model", "review")
"""Settings that change no figure."""


def compare(old: Audit, new: Audit) -> Comparison:
    """Each finding of either audit as new, gone, worse, better, the same or not comparable, with both figures."""
    was, now = ({finding.id: finding for finding in audit.findings} for audit in (old, new))
    changes = [change_of(was.get(id), now.get(id), old, new) for id in {**now, **was}]
    changes.sort(key=lambda change: (not _told(change), STATUSES.index(change.status), _gravity(change)))
    return Comparison(
        headline=_headline(old, new, changes),
        old_verdict=old.verdict,
        new_verdict=new.verdict,
        facts=tuple(_facts(old, new)),
        conclusions=tuple(_concluded(old, new)),
        changes=tuple(changes),
    )


def _concluded(old: Audit, new: Audit) -> Iterator[Concluded]:
    """Conclusions are matched by their ids; one is changed where its level is another."""
    was, now = ({each.id: each for each in audit.conclusions} for audit in (old, new))
    for name in {**now, **was}:
        before, after = was.get(name), now.get(name)
        same = before is not None and after is not None and before.level == after.level
        status: Literal["new", "gone", "changed", "same"] = "same" if same else "changed"
        status = "new" if before is None else "gone" if after is None else status
        sides = [f"{each.level}: {each.sentence}" if each else "" for each in (before, after)]
        yield Concluded(id=name, status=status, old=sides[0], new=sides[1])


def _told(change: Change) -> bool:
    return any(side is not None and side.verdict in PROBLEMS for side in (change.old, change.new))


def _gravity(change: Change) -> int:
    ranks = [PROBLEMS.index(side.verdict) for side in (change.old, change.new) if side and side.verdict in PROBLEMS]
    return min(ranks, default=len(PROBLEMS))


def _headline(old: Audit, new: Audit, changes: list[Change]) -> str:
    """What became of the most serious finding, in the order of the older audit, and how many others changed."""
    place = {finding.id: place for place, finding in enumerate((*old.findings, *new.findings)[::-1])}
    told = [change for change in changes if _told(change)]
    known = [change for change in told if change.status != "not comparable"]
    if not told:
        return "Neither audit has a finding: the smallest effects that would have shown stand in their reports."
    if not known:
        return "No finding of the two audits can be compared: see beside each why."
    first = min(known, key=lambda change: (_gravity(change), -place[change.id]))
    rest = [change.status for change in known if change is not first]
    more = [
        f"{n} more {'is' if n == 1 else 'are'} {words}"
        for words, statuses in (("worse or new", ("worse", "new")), ("better or gone", ("better", "gone")))
        if (n := sum(status in statuses for status in rest))
    ]
    tail = f" {' and '.join(more).capitalize()}." if more else ""
    return first.sentence + tail


def _facts(old: Audit, new: Audit) -> Iterator[Fact]:
    changed = f"changed from {old.verdict} to {new.verdict}".replace("_", " ")
    same = old.verdict == new.verdict
    yield Fact(what="verdict", same=same, text=f"the same: {new.verdict}".replace("_", " ") if same else changed)
    prints = old.dataset.fingerprint, new.dataset.fingerprint
    same = prints[0] == prints[1]
    other = f"other images or labels: {old.dataset.n:,} before, {new.dataset.n:,} after"
    yield Fact(what="data", same=same, text=f"the same, {new.dataset.n:,} images" if same else other)
    chosen = [{key: value for key, value in each.settings.items() if key not in NO_MATTER} for each in (old, new)]
    yield _differing("settings", *chosen)
    kinds = kind_of(old), kind_of(new)
    text = f"the same kind: {kinds[1]}" if kinds[0] == kinds[1] else f"{kinds[0]} before, {kinds[1]} after"
    if old.model and new.model:
        text += f"; AUC {in_words(old.model.auc, 'before')}, {in_words(new.model.auc, 'after')}"
    yield Fact(what="model", same=kinds[0] == kinds[1], text=text)
    yield _differing("versions", old.environment, new.environment)


def _differing(what: str, old: dict[str, Any], new: dict[str, Any]) -> Fact:
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    shown = [f"{shorten(key, MOST)} {_plain(old.get(key))} before, {_plain(new.get(key))} after" for key in keys[:5]]
    more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
    return Fact(what=what, same=not keys, text="; ".join(shown) + more if keys else "the same")


def _plain(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return "none" if value in (None, []) else shorten(text, MOST)
