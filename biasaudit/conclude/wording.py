"""The sentences of an audit: what a verdict means for this cue and this label, in plain English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from biasaudit.cues.skin_tone import LIMITS, skin_tone
from biasaudit.evidence.discovery import FixedPlace, Pattern
from biasaudit.evidence.marks.sensitivity import Sensitivity
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.side_effects import SideEffect
from biasaudit.evidence.ties import Tie
from biasaudit.results import (
    NOTHING,
    Conclusion,
    Finding,
    MarkShare,
    Name,
    Rung,
    RungName,
    Sentence,
    Verdict,
    counted,
    joined,
    listed,
    not_compared,
    say,
)

REMEDIES = {
    "artefact": say("mask or crop it"),
    "metadata": say("weigh the images so that it and the label are not tied"),
}
"""What else than new data helps against a shortcut, by kind of cue."""
EVEN_OUT = say("even it out in preprocessing")
"""The same for all others."""
HARDLY = 0.005
"""Share of images below which an artefact is not called found: what is measured is something else of the picture."""
MOST_NAMED = 4
"""Columns that a headline names."""
NOTHING_TO_DO = say("Nothing to do.")


def name_of(cue: CueValues) -> Sentence:
    """How a sentence calls a cue: "the ruler", "brightness", "the column “sex”"."""
    if cue.kind == "metadata":
        return say("the column “{column:60}”", column=Name("column", cue.id))
    if cue.called:
        return cue.called
    plain = Name("cue", cue.id.replace("_", " "))
    if cue.kind == "discovered":
        return say("a recurring pattern ({cue:60})", cue=plain)
    return say("the {cue:60}", cue=plain) if cue.kind == "artefact" else say("{cue:60}", cue=plain)


def _label_of(tie: Tie) -> Sentence:
    return say("{label:60}", label=Name("label", tie.label))


def hardly_any(tie: Tie) -> bool:
    """Whether a mark is in so few images that what its measure tells of the classes is something else."""
    return tie.cue.kind == "artefact" and max(tie.shares) < HARDLY


def tie_in_words(tie: Tie) -> Sentence:
    """How the cue falls on the classes: "found in 91% of malignant and 9% of the other images"."""
    inside, outside = tie.shares
    if hardly_any(tie):
        where = _label_of(tie) if tie.direction > 0 else say("the others")
        return say("hardly any image has it, and its measure is higher in {where}", where=where)
    return say(
        "{how} in {inside:.0%} of {label} and {outside:.0%} of the other images{given}",
        how=_sides_in_words(tie),
        inside=inside,
        label=_label_of(tie),
        outside=outside,
        given=tie.strata.aside,
    )


def _sides_in_words(tie: Tie) -> Sentence:
    """What is seen on the class's side: "found", "low", the commonest values of a column."""
    if tie.speaking:
        named = [say("“{value:30}”", value=Name("value", name)) for name in tie.speaking[:2]]
        others = len(tie.speaking) - 2
        more = say(" or {values}", values=counted(others, say("other value"))) if others > 0 else NOTHING
        return say("{named}{more}", named=joined(named, say(" or ")), more=more)
    if tie.cue.kind in ("artefact", "discovered"):
        return say("found") if tie.direction > 0 else say("missing")
    return say("high") if tie.direction > 0 else say("low")


def title(verdict: Verdict, cue: CueValues, tie: Tie | None, rungs: Mapping[RungName, Rung]) -> Sentence:
    """The finding in one plain sentence."""
    name = name_of(cue)
    if cue.constant:
        return say("{cue!u} does not differ between the images, so it cannot tell them apart.", cue=name)
    if verdict == "untested" and cue.role == "mediator" and tie is not None:
        return say("{cue!u} is a declared mediator, so its tie to a class was not judged.", cue=name)
    if verdict == "untested" or tie is None:
        return say("{cue!u} was not tested: {why!p}.", cue=name, why=rungs["association"].why)
    if cue.kind == "discovered":
        return _title_of_pattern(verdict, tie, name, rungs)
    said: dict[str, Sentence | Name | int | float] = {"cue": name, "label": _label_of(tie), "how": tie_in_words(tie)}
    if verdict == "shortcut":
        return _title_of_shortcut(cue, rungs, said)
    if verdict == "suspect" and rungs["association"].state == "no":
        return say("The model answers to {cue} where it is put in, though it is tied to no class here.", cue=name)
    if verdict == "suspect":
        return say("{cue!u} is tied to {label}: {how}; {use}.", use=_of_use(rungs["reliance"]), **said)
    if verdict == "unidentifiable":
        return say("{cue!u} and {label} cannot be told apart in this data: {how}.", **said)
    if verdict == "gap" and cue.role == "mediator":
        return say(
            "The model does worse on one side of {cue}, a declared mediator; its tie to a class was not judged.",
            cue=name,
        )
    if verdict == "gap":
        return say("The model does worse on one side of {cue}; no tie of it to a class was shown.", cue=name)
    if hardly_any(tie) and rungs["association"].state == "yes":
        return say("{cue!u} is no mark of a class here: {how}.", cue=name, how=tie_in_words(tie))
    return say("No tie of {cue} to a class was seen above the smallest effect given here.", cue=name)


def _title_of_shortcut(
    cue: CueValues, rungs: Mapping[RungName, Rung], said: Mapping[str, Sentence | Name | int | float]
) -> Sentence:
    if rungs["reliance"].method == "observation":
        return say("The model's answers go with {cue} beyond {label} itself, as a shortcut: {how}.", **said)
    if cue.kind in ("property", "file"):
        return say(
            "The model leans on {cue} to tell {label}: {how}. A shortcut, unless {label} is about {cue}.", **said
        )
    return say("The model uses {cue} as a shortcut to {label}: {how}.", **said)


def _of_use(reliance: Rung) -> Sentence:
    """Of a tie whose use was not shown: whether it was denied, or could not be said."""
    if reliance.state == "untested" and reliance.placebo is not None:
        return say("whether a model uses it cannot be said, since it answers to any such edit")
    return say("that a model uses it was not shown")


def weak_column(cue: CueValues) -> Sentence:
    """Of a column that tells too little of a class to count as a cue, although one of its groups is tied to it."""
    return say(
        "{cue!u} tells too little of a class to give it away; that its groups differ is a finding of its own.",
        cue=name_of(cue),
    )


def _title_of_pattern(verdict: Verdict, tie: Tie, name: Sentence, rungs: Mapping[RungName, Rung]) -> Sentence:
    """What was seen, and what nobody has judged yet: a review keeps the one and answers the other."""
    said = {"cue": name, "label": _label_of(tie), "how": tie_in_words(tie)}
    used = rungs["reliance"].state == "yes"
    open_question = NOTHING
    if verdict == "shortcut":
        claim = say("The model uses {cue}, off the subject, as a shortcut to {label}: {how}.", **said)
    elif verdict == "review":
        claim = say("The model uses {cue} that looks put there to tell {label}: {how}.", **said)
        open_question = say(" A person has to say what it is.")
    elif verdict == "suspect":
        claim = say(
            "{cue!u} that looks put there is tied to {label}: {how}; that the model uses it was not shown.", **said
        )
    elif rungs["association"].state != "yes":
        claim = say(
            "{cue!u} that recurs in half of the images was not shown to be tied to a class in the others.", cue=name
        )
    elif not used:
        claim = say("{cue!u} is tied to {label}: {how}; that the model uses it was not shown.", **said)
    else:
        claim = say("The model uses {cue} to tell {label}: {how}.", **said)
        open_question = say(" Nothing says that it is not the subject.")
    return say("{claim}{open}", claim=claim, open=open_question)


def judged_title(title: Sentence, subject: bool) -> Sentence:
    """The title of a pattern that a person has called the subject, or not."""
    title = Sentence(title)
    claim = title.arguments.get("claim", title)
    if subject:
        return say("Called the subject in review: {claim!l}", claim=claim)
    return say("Called not the subject in review: {claim!l}", claim=claim)


def how_many(shares: Sequence[MarkShare], sensitivity: Sensitivity) -> Sentence:
    """How many bear a mark, once what its detector misses and takes for it is counted; nothing where nobody does."""
    if not shares:
        return NOTHING
    inside, outside = shares
    return say(
        "Of {drawn} drawn into these images, faint or strong, {seen} were found, and real ones are somewhat harder to "
        "see: likely {inside} of {label} and {outside} of the others have it.",
        drawn=sensitivity.drawn,
        seen=sensitivity.seen,
        inside=_share_in_words(inside),
        label=say("{label:60}", label=Name("label", inside.label or "")),
        outside=_share_in_words(outside),
    )


def _share_in_words(share: MarkShare) -> Sentence:
    return say("{share:.0%} (plausibly {low:.0%} to {high:.0%})", share=share.corrected, low=share.low, high=share.high)


OFF_SUBJECT = {
    None: NOTHING,
    True: say(" It lies off the declared subject."),
    False: say(" It lies on the declared subject."),
}


def how_it_recurs(pattern: Pattern | FixedPlace, off_subject: bool | None, beside: bool) -> Sentence:
    """Why a pattern looks put there, or not; beside: whether something else tells its class as well."""
    said: dict[str, Sentence | Name | int | float] = {"how": pattern.how, "where": OFF_SUBJECT[off_subject]}
    if pattern.looks_put_there and not beside:
        return say("Nothing else was seen to tell the class, so it may well be the subject. {how}{where}", **said)
    if pattern.looks_put_there:
        return say("It recurs nearly unchanged, as prints and marks do and subjects seldom do. {how}{where}", **said)
    return say("It varies from image to image as subjects do. {how}{where}", **said)


def explanation(verdict: Verdict, cue: CueValues, side_effect: SideEffect | None = None) -> Sentence:
    """What else could explain it."""
    alone = _alone(verdict, cue)
    if cue.id == skin_tone.id:
        return say("{limits} {alone}", limits=LIMITS, alone=alone)
    if side_effect is not None and side_effect.share >= 0.5 and verdict not in ("clear", "untested"):
        return say(
            "It may be a side effect of {other}: what putting that into a few images does to it accounts for "
            "{share:.0%} of the difference between the classes. {alone}",
            other=Name("cue", side_effect.of.partition(":")[2].replace("_", " ")),
            share=side_effect.share,
            alone=alone,
        )
    return alone


def _alone(verdict: Verdict, cue: CueValues) -> Sentence:
    if cue.constant:
        return say("What is the same everywhere in this data may still differ elsewhere.")
    if verdict == "clear":
        return say("A tie below the smallest effect named here would not have been reported.")
    if cue.role == "mediator":
        return say("What makes the label show may also make images harder: a gap need not be a fault of the data.")
    return COULD_EXPLAIN.get(cue.kind, COLUMN_COULD)


COULD_EXPLAIN: dict[str, Sentence] = {
    "property": say(
        "It may be part of what the label names (a darker lesion, a brighter sky), or go with where and how the "
        "pictures were taken. Look at the examples before you call it a fault."
    ),
    "artefact": say(
        "The mark may go with another trait of the place that made these pictures, which the model may use as well."
    ),
    "file": say(
        "File traits betray the source of a picture; the model sees only what they leave in the pixels. Cues of "
        "the same story were not adjusted for: another of them may be the one that is used."
    ),
}
"""What else could explain a tie or a use, by kind of cue."""
COLUMN_COULD = say(
    "The column may share a cause with what the label names (age and disease), or tell where pictures come from."
)


def recommendation(verdict: Verdict, cue: CueValues, tie: Tie | None) -> Sentence:
    """The next thing to do."""
    name = name_of(cue)
    if verdict == "untested" and cue.role == "mediator":
        return say("Nothing to do, if it is part of how the label comes to show.")
    if verdict == "untested" and cue.pictures_too_small:
        return say("Audit the pictures as they were before they were made small, or look for it in some of them.")
    if verdict == "untested":
        return say("Measure or record it in every image, if it could matter here.")
    if tie is None or verdict == "clear":
        return NOTHING_TO_DO
    if cue.kind == "discovered" and verdict == "review":
        return say(
            "Look at the examples: if it is not {label} itself, mask it or collect {label} images without it.",
            label=_label_of(tie),
        )
    collect = _to_collect(tie, name)
    if verdict == "unidentifiable":
        return say(
            "Only new data can answer: collect {collect}, at least 30 of each, then audit again.", collect=collect
        )
    if verdict == "shortcut":
        return say(
            "Do not trust a model trained on these pictures where {cue} {astray}. Collect {collect}; or {remedy}; then "
            "train and audit again.",
            cue=name,
            astray=ASTRAY_MARK if cue.kind == "artefact" else ASTRAY,
            collect=collect,
            remedy=REMEDIES.get(cue.kind, EVEN_OUT),
        )
    if verdict == "suspect":
        return say(
            "Look at the counterexamples; collect {collect} before trusting a model trained on this.", collect=collect
        )
    return say("Report accuracy on both sides of {cue}, and collect more images of the worse side.", cue=name)


ASTRAY_MARK = say("is missing or misleads")
ASTRAY = say("does not go with the label as it does here")


def _to_collect(tie: Tie, name: Sentence) -> Sentence:
    """The images in which the cue and the label part."""
    label = _label_of(tie)
    if tie.speaking:
        return say(
            "{label} images with other values of it, and other images with “{value:30}”",
            label=label,
            value=Name("value", tie.speaking[0]),
        )
    if tie.cue.kind in ("property", "file"):
        low, high = (say("low"), say("high")) if tie.direction > 0 else (say("high"), say("low"))
        return say(
            "{label} images with {low} {cue} and other images with {high} {cue}",
            label=label,
            low=low,
            high=high,
            cue=name,
        )
    return say("{label} images without it and other images with it", label=label)


def headline(
    findings: tuple[Finding, ...],
    conclusions: Sequence[Conclusion],
    learnt: bool | None,
    fault: Sentence | None = None,
    mediators: Sequence[str] = (),
    unseen: Iterable[CueValues] = (),
) -> Sentence:
    """The audit's verdict in a sentence or two; `fault`: why there is no model, where there should be one.

    Where nothing was found the columns that were not compared are named, but for declared `mediators`, and `unseen`,
    the cues that the pictures are too small for.
    """
    if learnt is False and fault:
        return say("The model could not be trained ({fault!p}), so what it uses could not be tested.", fault=fault)
    if learnt is False:
        return say("The model did not learn to tell the classes apart, so what it uses could not be tested.")
    wrong = [each for each in conclusions if each.level != "ask"]
    if wrong:
        return wrong[0].sentence
    if not any(each.kind != "view" and each.rungs["association"].estimate is not None for each in findings):
        return say("No cue could be compared between the classes in this data: see beside each why.")
    tested = say("No shortcut was seen") if learnt else say("Nothing in the data was seen to give a class away")
    small = say("how small an effect would have shown stands beside each question")
    return say(
        "{tested}; {open}.{but}{small}",
        tested=tested,
        open=say("one question is left for a person to answer") if conclusions else small,
        but=_not_compared(not_compared(findings, mediators)),
        small=_too_small([name_of(cue) for cue in unseen]),
    )


def _too_small(names: Sequence[Sentence]) -> Sentence:
    """The marks that the pictures are too small to look for."""
    if not names:
        return NOTHING
    return say(" The pictures are too small to look for {marks}: these were not tested.", marks=listed(names))


def _not_compared(columns: Sequence[Finding]) -> Sentence:
    """The columns of which nothing was compared with the label."""
    if not columns:
        return NOTHING
    named: list[Sentence] = [say("“{column:40}”", column=Name("column", each.cue)) for each in columns[:MOST_NAMED]]
    if len(columns) > MOST_NAMED:
        named.append(say("{n} more", n=len(columns) - MOST_NAMED))
    if len(columns) == 1:
        return say(" Not compared with it: the column {named}.", named=named[0])
    return say(" Not compared with it: the columns {named}.", named=listed(named))
