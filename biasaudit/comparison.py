"""What changed between two audits, finding by finding: a pure function of the two records.

Nothing is called better or worse that the uncertainty leaves open: two figures differ where neither 95% interval
reaches into the other, which chance does in fewer than one of a hundred pairs that are truly equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from biasaudit.results import Audit, AuditVerdict, Estimate, Finding, Kind, Record, Review, RungName, Verdict

Status = Literal["new", "worse", "better", "gone", "same", "not comparable"]
STATUSES: tuple[Status, ...] = ("worse", "new", "better", "gone", "same", "not comparable")
"""In the order in which they are told."""
PROBLEMS = ("shortcut", "review", "unidentifiable", "suspect", "gap")
"""Verdicts that are findings, most serious first."""
NO_MATTER = ("jobs", "fresh", "selftest", "trust_model", "review")
"""Settings that change no figure."""
NAMES: dict[RungName, str] = {"association": "tie to the label", "reliance": "use", "disparity": "accuracy gap"}


class Side(Record):
    """One finding as one of the two audits has it."""

    verdict: Verdict
    label: str | None
    estimate: Estimate | None
    """Of the rung that decides; of use by the model as a share of the distance between the classes."""
    placebo: Estimate | None = None
    """The same of the placebo, where there was one."""
    review: Review | None = None


class Change(Record):
    """What became of one finding."""

    id: str
    cue: str
    kind: Kind
    status: Status
    rung: RungName | None
    """The question that decides: use of a shortcut, the accuracy gap of a gap, else the tie; None where none could."""
    old: Side | None
    """None where the older audit has no such finding."""
    new: Side | None
    apart: bool | None
    """Whether neither interval reaches into the other; None where there are not two."""
    sentence: str
    """What is said of it, with both figures, or why it cannot be compared."""


class Fact(Record):
    """One thing that two audits have in common, or not."""

    what: str
    same: bool
    text: str


class Comparison(Record):
    """Two audits side by side."""

    schema_version: Literal["1.0"] = "1.0"
    headline: str
    old_verdict: AuditVerdict
    new_verdict: AuditVerdict
    facts: tuple[Fact, ...]
    """Verdict, data, settings, model, version."""
    changes: tuple[Change, ...]
    """Every finding of either audit: what got worse first, and within that in the order of the newer audit."""


def compare(old: Audit, new: Audit) -> Comparison:
    """Each finding of either audit as new, gone, worse, better, the same or not comparable, with both figures."""
    was, now = ({finding.id: finding for finding in audit.findings} for audit in (old, new))
    changes = [_change(was.get(id), now.get(id), old, new) for id in {**now, **was}]
    changes.sort(key=lambda change: (not _told(change), STATUSES.index(change.status), _gravity(change)))
    return Comparison(
        headline=_headline(old, new, changes),
        old_verdict=old.verdict,
        new_verdict=new.verdict,
        facts=tuple(_facts(old, new)),
        changes=tuple(changes),
    )


def _told(change: Change) -> bool:
    return any(side is not None and side.verdict in PROBLEMS for side in (change.old, change.new))


def _gravity(change: Change) -> int:
    ranks = [PROBLEMS.index(side.verdict) for side in (change.old, change.new) if side and side.verdict in PROBLEMS]
    return min(ranks, default=len(PROBLEMS))


# --- one finding ------------------------------------------------------------------------------------------


def _change(was: Finding | None, now: Finding | None, old: Audit, new: Audit) -> Change:
    known = now or was
    assert known is not None
    rung = _deciding(was or known, now or known)
    reason = _why_not(was, now, rung, old, new)
    sides = _side(was, rung, old), _side(now, rung, new)
    status: Status
    apart: bool | None = None
    if reason:
        status, sentence = "not comparable", reason
    elif was is None or now is None or _constant(was) != _constant(now):
        fresh = now is not None and now.verdict in PROBLEMS
        status, sentence = ("new", known.title) if fresh else ("gone", f"No longer found: {(was or known).title}")
    elif rung is None:
        status, sentence = "same", known.title
    else:
        about = was if was.verdict in PROBLEMS and now.verdict not in PROBLEMS else now
        sides = _about(sides[0], about), _about(sides[1], about)
        before, after = (side.estimate for side in sides if side)
        assert before is not None
        assert after is not None
        apart = before.high < after.low or after.high < before.low
        status = _status(was.verdict, now.verdict, before, after, apart)
        sentence = _sentence(about, rung, status, before, after)
    return Change(
        id=known.id,
        cue=known.cue,
        kind=known.kind,
        status=status,
        rung=rung,
        old=sides[0],
        new=sides[1],
        apart=apart,
        sentence=sentence,
    )


def _deciding(was: Finding, now: Finding) -> RungName | None:
    """The rung by which two findings are compared; None where neither has a figure anywhere, as of copies."""
    if not any(rung.estimate for finding in (was, now) for rung in finding.rungs.values()):
        return None
    verdicts = {was.verdict, now.verdict}
    if verdicts & {"shortcut", "review"}:
        used = was.rungs["reliance"], now.rungs["reliance"]
        alike = used[0].method == used[1].method and all(rung.estimate for rung in used)
        # Where nothing is tied any more, use is hardly asked for: it is the tie that went.
        if alike or (any(rung.estimate for rung in used) and not any(_untied(each) for each in (was, now))):
            return "reliance"
    tied = any(finding.rungs["association"].estimate for finding in (was, now))
    if not tied or ("gap" in verdicts and not verdicts & {"shortcut", "review", "suspect", "unidentifiable"}):
        return "disparity"
    return "association"


def _constant(finding: Finding) -> bool:
    """Whether it was the same in every image, so that there is no figure and no tie."""
    return _untied(finding) and finding.rungs["association"].estimate is None


def _untied(finding: Finding) -> bool:
    return finding.rungs["association"].state == "no"


def _status(was: Verdict, now: Verdict, before: Estimate, after: Estimate, apart: bool) -> Status:
    found = was in PROBLEMS, now in PROBLEMS
    if not apart or not any(found):
        return "same"
    if after.value > before.value:
        return "worse" if found[0] else "new"
    return "better" if found[1] else "gone"


def _why_not(was: Finding | None, now: Finding | None, rung: RungName | None, old: Audit, new: Audit) -> str:
    """Why the two cannot be compared, as a sentence; "" where they can."""
    if set(old.dataset.classes) != set(new.dataset.classes):
        return "The two audits are about different classes."
    known = now or was
    assert known is not None
    only = "older" if now is None else "newer" if was is None else ""
    if known.kind == "discovered" and old.dataset.fingerprint != new.dataset.fingerprint:
        return "What is discovered is found anew in other images: nothing says that it is the same."
    if only == "older" and not _looked(known, new):
        return "Only the older audit has this finding: the newer did not look for it."
    if only:
        return "" if known.verdict in PROBLEMS else f"Only the {only} audit looked for this."
    assert was is not None
    assert now is not None
    if rung is None:
        return "It was not tested." if "untested" in (was.verdict, now.verdict) else ""
    if _constant(was) != _constant(now):
        both_quiet = was.verdict not in PROBLEMS and now.verdict not in PROBLEMS
        return "It is the same in every image of one audit." if both_quiet else ""
    sides = was.rungs[rung], now.rungs[rung]
    for name, side in zip(("older", "newer"), sides, strict=True):
        if side.estimate is None:
            return f"{NAMES[rung].capitalize()} was not tested in the {name} audit: {side.why}"
    if rung != "association" and _kind_of(old) != _kind_of(new):
        return f"The models are of different kinds: {_kind_of(old)}, and {_kind_of(new)}."
    if sides[0].method != sides[1].method:
        return f"It was tested in two ways: by {sides[0].method or 'other means'}, and by {sides[1].method}."
    ties = [finding.rungs["association"].estimate for finding in (was, now)]
    if was.label != now.label and not _mirrored(was, now, old):
        return f"It spoke for {_short(was.label)}, and now speaks for {_short(now.label)}."
    if ties[0] and ties[1] and was.label == now.label and ties[0].measure != ties[1].measure:
        return f"Its tie was measured otherwise: {ties[0].measure}, and {ties[1].measure}."
    return ""


def _looked(finding: Finding, audit: Audit) -> bool:
    """Whether an audit that lacks a finding looked for it: what is told only where it is found, as copies are."""
    silent = not any(rung.estimate for rung in finding.rungs.values())
    return silent and any(each.detector == finding.detector and each.status == "ran" for each in audit.checks)


def _mirrored(was: Finding, now: Finding, audit: Audit) -> bool:
    """Of two classes a figure for one says the same of the other. It is turned where nothing is tied on one side, so
    that the class named there is chance; a cue that changed sides is another finding."""
    return (_untied(was) or _untied(now)) and len(audit.dataset.classes) == 2


def _kind_of(audit: Audit) -> str:
    model = audit.model
    if model is None:
        return "none"
    if not model.folds:
        return "a model that was given"
    return f"{model.backbone}, {'frozen features' if model.training.startswith('frozen') else 'trained whole'}"


# --- figures ----------------------------------------------------------------------------------------------


def _side(finding: Finding | None, rung: RungName | None, audit: Audit) -> Side | None:
    if finding is None:
        return None
    asked = finding.rungs.get(rung) if rung else None
    return Side(
        verdict=finding.verdict,
        label=finding.label,
        estimate=_scaled(asked.estimate, asked.estimate) if asked and asked.estimate else None,
        placebo=_scaled(asked.placebo, asked.estimate) if asked and asked.placebo and asked.estimate else None,
        review=next((review for review in audit.reviews if review.finding == finding.id), None),
    )


def _scaled(figure: Estimate, own: Estimate) -> Estimate:
    """Log-odds as shares of the distance between the classes, which differs between models; others as they are."""
    if "log-odds" not in own.measure or own.limit <= 0:
        return figure
    parts: dict[str, Any] = {name: getattr(figure, name) / own.limit for name in ("value", "low", "high")}
    measure = f"{figure.measure}, in distances between classes"
    return figure.model_copy(update={**parts, "limit": 1.0, "measure": measure})


def _about(side: Side | None, finding: Finding) -> Side | None:
    """A side's figure as of the class that `finding` is about: what speaks for one of two speaks against the other."""
    if side is None or side.estimate is None or side.label == finding.label or "Cramer" in side.estimate.measure:
        return side
    figure = side.estimate
    ends = {"value": figure.value, "low": figure.high, "high": figure.low}
    turned = figure.model_copy(update={name: 2 * figure.null - end for name, end in ends.items()})
    return side.model_copy(update={"estimate": turned})


# --- sentences --------------------------------------------------------------------------------------------


def _short(text: str | None) -> str:
    return "no class" if text is None else text if len(text) <= 40 else text[:39] + "…"


def _name(finding: Finding) -> str:
    plain = _short(finding.cue).replace("_", " ")
    if finding.kind == "metadata":
        return f"the column “{_short(finding.cue)}”"
    return f"the {plain}" if finding.kind in ("artefact", "discovered", "representation") else plain


def in_words(figure: Estimate, when: str) -> str:
    """ "0.62 before (0.50 to 0.74)": one format for all, so that two figures can be held side by side."""
    value, low, high = (f"{round(each, 2) + 0.0:.2f}" for each in (figure.value, figure.low, figure.high))
    return f"{value} {when} ({low} to {high})"


def _sentence(finding: Finding, rung: RungName, status: Status, before: Estimate, after: Estimate) -> str:
    told, name = "The label is tied to", _name(finding)
    figures = f"{in_words(before, 'before')}, {in_words(after, 'after')}"
    if rung == "reliance":
        observed = finding.rungs["reliance"].method == "observation"
        told = "The model's answers go with" if observed else "The model relies on"
        figures = f"{in_words(before, 'of the distance between classes before')}, {in_words(after, 'after')}"
    elif rung == "disparity":
        told = "The model's accuracy differs between the sides of"
    else:
        figures = f"{'Cramer’s V' if 'Cramer' in after.measure else 'AUC'} {figures}"
    if status == "same":
        return f"{told} {name} as before, as far as can be told: {figures}."
    return f"{told} {name} {'less' if after.value < before.value else 'more'}: {figures}."


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


# --- what they have in common -----------------------------------------------------------------------------


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
    kinds = _kind_of(old), _kind_of(new)
    text = f"the same kind: {kinds[1]}" if kinds[0] == kinds[1] else f"{kinds[0]} before, {kinds[1]} after"
    if old.model and new.model:
        text += f"; AUC {in_words(old.model.auc, 'before')}, {in_words(new.model.auc, 'after')}"
    yield Fact(what="model", same=kinds[0] == kinds[1], text=text)
    yield _differing("versions", old.environment, new.environment)


def _differing(what: str, old: dict[str, Any], new: dict[str, Any]) -> Fact:
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    shown = [f"{_short(key)} {_plain(old.get(key))} before, {_plain(new.get(key))} after" for key in keys[:5]]
    more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
    return Fact(what=what, same=not keys, text="; ".join(shown) + more if keys else "the same")


def _plain(value: Any) -> str:
    return "none" if value in (None, []) else _short(str(value))
