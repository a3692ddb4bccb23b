"""What became of one finding: by which figures two are compared, and why some cannot be."""

from __future__ import annotations

from biasaudit.output.comparison.figures import MOST, kind_of, sentence_of, side_of, turned
from biasaudit.output.comparison.records import NAMES, PROBLEMS, Change, Status
from biasaudit.report.standing import is_constant
from biasaudit.results import Audit, Estimate, Finding, Rung, RungName, Verdict, say, shorten

NOT_ASKED = Rung(state="untested", why=say("It was not asked."))


def change_of(was: Finding | None, now: Finding | None, old: Audit, new: Audit) -> Change:
    """One finding as it is in two audits; None where one of them has no such finding."""
    known = now or was
    assert known is not None
    rung = _deciding(was or known, now or known)
    reason = _why_not(was, now, rung, old, new)
    sides = side_of(was, rung, old), side_of(now, rung, new)
    status: Status
    apart: bool | None = None
    if reason:
        status, sentence = "not comparable", reason
    elif was is None or now is None or is_constant(was) != is_constant(now):
        fresh = now is not None and now.verdict in PROBLEMS
        status, sentence = ("new", known.title) if fresh else ("gone", f"No longer found: {(was or known).title}")
    elif rung is None:
        status, sentence = "same", known.title
    else:
        about = was if was.verdict in PROBLEMS and now.verdict not in PROBLEMS else now
        sides = turned(sides[0], about, rung), turned(sides[1], about, rung)
        before, after = (side.estimate for side in sides if side)
        assert before is not None
        assert after is not None
        apart = before.high < after.low or after.high < before.low
        status = _status(was.verdict, now.verdict, before, after, apart)
        sentence = sentence_of(about, rung, status, before, after)
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
        used = _asked(was, "reliance"), _asked(now, "reliance")
        alike = used[0].method == used[1].method and all(rung.estimate for rung in used)
        # Where nothing is tied any more, use is hardly asked for: it is the tie that went.
        if alike or (any(rung.estimate for rung in used) and not any(_untied(each) for each in (was, now))):
            return "reliance"
    tied = any(_asked(finding, "association").estimate for finding in (was, now))
    if not tied or ("gap" in verdicts and not verdicts & {"shortcut", "review", "suspect", "unidentifiable"}):
        return "disparity"
    return "association"


def _asked(finding: Finding, rung: RungName) -> Rung:
    return finding.rungs.get(rung, NOT_ASKED)


def _untied(finding: Finding) -> bool:
    return _asked(finding, "association").state == "no"


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
    same_search = _search(old) == _search(new)
    if known.kind == "discovered" and not (same_search and was and now):
        return "It was discovered, in other images, under another seed or once only: nothing says that it is the same."
    if only == "older" and not _looked(known, new):
        return "Only the older audit has this finding: the newer did not look for it."
    if only:
        return "" if known.verdict in PROBLEMS else f"Only the {only} audit looked for this."
    assert was is not None
    assert now is not None
    if rung is None:
        return "It was not tested." if "untested" in (was.verdict, now.verdict) else ""
    if is_constant(was) != is_constant(now):
        both_quiet = was.verdict not in PROBLEMS and now.verdict not in PROBLEMS
        return "It is the same in every image of one audit." if both_quiet else ""
    sides = _asked(was, rung), _asked(now, rung)
    for name, side in zip(("older", "newer"), sides, strict=True):
        if side.estimate is None:
            return f"{NAMES[rung].capitalize()} was not tested in the {name} audit: {side.why}"
    if rung != "association" and kind_of(old) != kind_of(new):
        return f"The models are of different kinds: {kind_of(old)}, and {kind_of(new)}."
    if sides[0].method != sides[1].method:
        return f"It was tested in two ways: by {sides[0].method or 'other means'}, and by {sides[1].method}."
    ties = [_asked(finding, "association").estimate for finding in (was, now)]
    if was.label != now.label and not _mirrored(was, now, old):
        return f"It spoke for {_class(was)}, and now speaks for {_class(now)}."
    if ties[0] and ties[1] and was.label == now.label and ties[0].measure != ties[1].measure:
        return f"Its tie was measured otherwise: {ties[0].measure}, and {ties[1].measure}."
    return ""


def _class(finding: Finding) -> str:
    return "no class" if finding.label is None else shorten(finding.label, MOST)


def _search(audit: Audit) -> tuple[object, ...]:
    """What decides how discovered patterns are numbered."""
    return audit.dataset.fingerprint, audit.settings.get("seed"), audit.settings.get("backbone")


def _looked(finding: Finding, audit: Audit) -> bool:
    """Whether an audit that lacks a finding looked for it: what is told only where it is found, as copies are."""
    silent = not any(rung.estimate for rung in finding.rungs.values())
    return silent and any(each.detector == finding.detector and each.status == "ran" for each in audit.checks)


def _mirrored(was: Finding, now: Finding, audit: Audit) -> bool:
    """Of two classes a figure for one says the same of the other. It is turned where nothing is tied on one side, so
    that the class named there is chance; a cue that changed sides is another finding."""
    return (_untied(was) or _untied(now)) and len(audit.dataset.classes) == 2
