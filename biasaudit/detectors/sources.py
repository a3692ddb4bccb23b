"""Whether classes, or the parts of a given split, were collected apart: what the traits of their files tell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from biasaudit.detectors.detector import detector
from biasaudit.evidence.source_traits import SourceTraits
from biasaudit.images.table import ImageTable
from biasaudit.results import Finding, Name, Rung, RungName, Sentence, Verdict, listed, say
from biasaudit.stats import detectable_auc

SURE = 0.01
"""p-value that one joint test must stay below: it stands for a whole kind of conclusion."""
FLOOR = 0.65
"""AUC from which file traits tell of sources apart. Below, formats that go with subjects could do as much."""
INSEPARABLE = 0.97
"""AUC from which hardly two images of two classes are left whose files do not tell them apart."""
TELLING = 0.6
"""AUC from which a trait by itself is named."""
NAMED = 3
"""Traits that a sentence names."""
EXAMPLES = 20
OF_FILES = Rung(state="untested", why=say("The files were asked about, and not what a model makes of them."))
NOT_ASKED: dict[RungName, Rung] = dict.fromkeys(("encoding", "reliance", "disparity"), OF_FILES)


def traits(found: SourceTraits) -> Sentence:
    """The traits that tell most by themselves, as a sentence names them."""
    telling = [cue for cue, area in zip(found.cues, found.alone, strict=True) if area >= TELLING] or found.cues[:1]
    return listed([Name("cue", cue.replace("_", " ")) for cue in telling[:NAMED]])


def _told(found: SourceTraits) -> bool:
    return found.p_value < SURE and found.auc.value >= FLOOR and found.auc.low > found.auc.null


def _association(found: SourceTraits, told: bool) -> Rung:
    n = int(found.positive.sum())
    return Rung(
        state="yes" if told else "no",
        estimate=found.auc,
        p_value=found.p_value,
        q_value=found.p_value,
        method=say("cross-fitted boosted trees; permutation of labels within folds"),
        smallest_detectable=max(FLOOR, detectable_auc(n, len(found.positive) - n, 1)),
        why=say(
            "From {traits}, small boosted trees tell it with AUC {value:.2f} ({low:.2f} to {high:.2f}; chance 0.50). "
            "Names of files, their shape and their bytes were not looked at.",
            traits=listed([Name("cue", cue.replace("_", " ")) for cue in found.cues]),
            value=found.auc.value,
            low=found.auc.low,
            high=found.auc.high,
        ),
    )


def _pairs(found: SourceTraits) -> int:
    """Of a hundred pairs, one of each side, how many are told apart."""
    return round(100 * found.auc.value)


def _examples(found: SourceTraits, images: ImageTable) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Images whose files say most surely what they are, and those whose files say most surely what they are not."""
    order = np.argsort(-found.scores, kind="stable")
    right, wrong = order[found.positive[order]][:EXAMPLES], order[~found.positive[order]][:EXAMPLES]
    return tuple(map(str, images.ids[found.rows[right]])), tuple(map(str, images.ids[found.rows[wrong]]))


QUESTION = say("Do the files of one class come from another source?")


@detector(question=QUESTION, silence="nothing to test: no trait of the files that no subject has differs")
def sources(images: ImageTable, source_traits: SourceTraits | None) -> Iterator[Finding]:
    """Why it matters: where one class comes from one hospital, one archive or one web site and the other from another,
    every picture carries its source, and a network learns that in place of the subject.

    How it is measured: small boosted trees learn the label, out of fold and by group, from the traits of the files that
    no subject has: the longer side in pixels, format, compression and its tables, colour mode, camera and program. The
    class that they tell best is named; the p-value permutes labels within folds and takes the best class each time.
    What was declared a nuisance is held fixed. From an AUC of 0.65 on it counts, and from 0.97 on class and source
    cannot be told apart. Left out are names, shape, orientation and bytes a pixel, which may follow the subject.

    What it cannot show: sources whose files were all saved anew in one way, and whether the model uses the difference.

    References: Torralba & Efros 2011, Unbiased look at dataset bias, CVPR; Zech et al. 2018, PLOS Medicine 15.
    """
    if source_traits is None:
        return
    found, told = source_traits, _told(source_traits)
    label = Name("label", found.label)
    verdict: Verdict = "clear"
    title = say("The traits of the files that no subject has hardly tell the classes apart, if at all.")
    if told:
        verdict = "unidentifiable" if found.auc.value >= INSEPARABLE else "suspect"
        title = say(
            "The files of {label} come from another source than the others: by {traits} alone {pairs} of 100 pairs of "
            "pictures are told apart (50 would be chance).",
            label=label,
            traits=traits(found),
            pairs=_pairs(found),
        )
    examples, counterexamples = _examples(found, images)
    yield Finding(
        id="file-source",
        detector="sources",
        cue="source",
        kind="file",
        title=title,
        verdict=verdict,
        label=found.label if told else None,
        rungs={"association": _association(found, told), **NOT_ASKED},
        examples=examples,
        counterexamples=counterexamples,
        question=QUESTION,
        recommendation=say(
            "Find out where the images of {label} come from, and collect {label} and others from one source each.",
            label=label,
        )
        if told
        else say("Nothing to do."),
        explanation=say(
            "Files that were collected at another time or saved by another program differ as well: whoever made the "
            "collection can say."
        ),
    )


OF_PARTS = say("Does the given test part come from another source than the rest?")


@detector(question=OF_PARTS, silence="nothing to test: no given test part, or no trait of its files that differs")
def given_parts(images: ImageTable, part_traits: SourceTraits | None) -> Iterator[Finding]:
    """Why it matters: a test part that was collected, resized or saved in another way answers another question than it
    seems to, and shared traits of files can make it easier or harder than practice.

    How it is measured: as for the sources of the classes, with the given test part in place of a class, and within each
    class: small boosted trees on the traits of the files, out of fold and by group, against labels permuted within
    folds and classes.

    What it cannot show: parts that differ in their subjects alone, or whose files were all saved anew in one way.

    References: Torralba & Efros 2011, Unbiased look at dataset bias, CVPR.
    """
    if part_traits is None:
        return
    found, told = part_traits, _told(part_traits)
    examples, counterexamples = _examples(found, images)
    yield Finding(
        id="file-parts",
        detector="given_parts",
        cue="given_parts",
        kind="file",
        title=say(
            "The files of the given test part come from another source than the rest: by {traits} alone {pairs} of 100 "
            "pairs of pictures of one class are told apart (50 would be chance).",
            traits=traits(found),
            pairs=_pairs(found),
        )
        if told
        else say("The files of the given test part are hardly told from the others, if at all."),
        verdict="suspect" if told else "clear",
        label=None,
        rungs={"association": _association(found, told), **NOT_ASKED},
        examples=examples if told else (),
        counterexamples=counterexamples if told else (),
        question=OF_PARTS,
        recommendation=say("Find out how the parts were made, and split images of one kind anew (`biasaudit split`).")
        if told
        else say("Nothing to do."),
        explanation=say("Parts that were prepared on two days by two programs differ as well."),
    )
