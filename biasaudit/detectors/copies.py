"""The same picture twice: across splits it leaks; across classes or patients one of the two is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from biasaudit.detectors.detector import detector
from biasaudit.evidence.copies.duplicates import KINDS, LEAST_TOLD, RELATED, one_picture
from biasaudit.evidence.copies.duplicates import joined as connected
from biasaudit.evidence.copies.lookalikes import COMPARED
from biasaudit.evidence.measure.survey import Survey
from biasaudit.images.table import ImageTable
from biasaudit.results import (
    NOTHING,
    Finding,
    Gallery,
    Name,
    Rung,
    Section,
    Sentence,
    counted,
    joined,
    listed,
    paragraph,
    say,
)

UNTESTED = Rung(state="untested", why=say("Not a question of the model: copies are counted in the files."))
COUNTED = say(
    "Files that are equal byte for byte count as one picture, and so do copies that were resized, saved again, "
    "brightened, mirrored, turned by 90 or 180 degrees or cropped by about a twentieth. A picture that was changed or "
    "drawn on in some part does not, nor do two photographs of one scene or person; of pictures under {least} pixels "
    "those do whose pixels are equal.",
    least=LEAST_TOLD,
)
ONE_SCENE = Section(
    id="one-scene",
    title=say("Pictures of one scene"),
    intro=say("What goes together in the data and is no fault of them: told so that nobody takes it for one."),
)
"""Where it is told: not among the faults, and not among what was looked for and not seen."""
WHAT_ONE_SCENE_IS = say(
    "Each pair shows one scene, subject or person: one picture is the other with a part of it changed, or was taken "
    "soon after it, or both are too small to tell more. That is no sign of a wrong label, and not the leak of one "
    "picture. In this audit they were kept on one side of every fold."
)
NOT_ALL = say(
    "Of more than {most:,} pictures each is compared with those that lie near it only: a changed copy can be missed "
    "that is found among fewer.",
    most=COMPARED,
)
IN_PARTS = say("in more than one part of the split")
MOST_NAMED = 3
"""Pairs of labels that a sentence names."""
MOST = 20
"""Examples that a finding may name."""


def _finding(
    name: str,
    title: Sentence,
    examples: pd.Series,
    recommendation: Sentence,
    explanation: Sentence,
    section: Section | None = None,
) -> Finding:
    shown = tuple(examples.head(MOST))
    pairs = say("Two that belong together stand next to each other.")
    return Finding(
        id=f"leakage-{name}",
        detector="copies",
        cue=name,
        kind="leakage",
        title=title,
        verdict="suspect" if section is None else "clear",
        label=None,
        rungs={"association": UNTESTED, "encoding": UNTESTED, "reliance": UNTESTED, "disparity": UNTESTED},
        examples=shown,
        recommendation=recommendation,
        question=(
            say("Does one picture stand in two places?")
            if section is None
            else say("Do pictures of one scene or person stand in two places?")
        ),
        explanation=explanation,
        section=section,
        # Without the four questions: a copy in two places is no cue.
        blocks=(Gallery(title=say("Images concerned"), caption=pairs, images=shown, paired=True),),
    )


def _pictures(images: ImageTable, copies: pd.DataFrame) -> np.ndarray:
    """int (n,): the same number for all files that show one picture."""
    row_of = images.rows_of([*copies["first"], *copies["second"]])
    return connected(images.n, ((row_of[one], row_of[other]) for one, other in copies[["first", "second"]].to_numpy()))


def _with_pictures(images: ImageTable, copies: pd.DataFrame) -> pd.DataFrame:
    """The images with the number of the `picture` that each shows, its `split`, "" where it has none, and group."""
    return images.frame.assign(
        picture=_pictures(images, copies),
        split=images.frame["split"].fillna(""),
        own_group=images.frame.get("own_group", images.frame["group"]),
    )


def _spread_over(frame: pd.DataFrame, column: str, by: str) -> pd.DataFrame:
    """Rows whose `by` value occurs with more than one value of `column`, copies side by side."""
    counts = frame.groupby(by)[column].transform("nunique")
    return frame[(counts > 1).to_numpy()].sort_values([by, column, "id"])


def _side_by_side(spread: pd.DataFrame, column: str) -> pd.Series:
    """Ids: of each picture two, from two of the places in which it stands, next to one another."""
    return spread.drop_duplicates(["picture", column]).groupby("picture", sort=False).head(2)["id"]


def _told(where: Sentence, spread: pd.DataFrame, copies: pd.DataFrame) -> Sentence:
    """How many pictures stand in two places, and how many pairs of files of which kind show them."""
    pairs = copies["kind"][copies["first"].isin(set(spread["id"]))]
    kinds = Counter(pairs)
    n = spread["picture"].nunique()
    return say(
        "{n} {stand} {where}, in {pairs} of files{kinds}.",
        n=n,
        stand=say("picture is") if n == 1 else say("pictures are"),
        where=where,
        pairs=counted(len(pairs), say("pair")),
        kinds=_of_which_kinds(kinds),
    )


def _of_which_kinds(kinds: Mapping[str, int]) -> Sentence:
    some = [(words, kinds[kind]) for kind, words in KINDS.items() if kinds[kind]]
    if len(some) == 1:
        words, n = some[0]
        return say(", {all}{words}", all=say("all ") if n > 1 else NOTHING, words=words)
    return say(": {kinds}", kinds=joined(say("{n} {words}", n=n, words=words) for words, n in some))


def _under_labels(conflicting: pd.DataFrame) -> Sentence:
    """Under which labels pictures are filed, the commonest first."""
    together = Counter(tuple(sorted(set(each))) for _, each in conflicting.groupby("picture")["label"])
    named = [
        say("{labels} {n}", labels=listed([Name("label", label) for label in labels[:3]]), n=n)
        for labels, n in together.most_common(MOST_NAMED)
    ]
    return say("filed under more than one label ({named})", named=joined(named))


def _fewest_to_remove(spread: pd.DataFrame, column: str) -> int:
    """Files that have to go before no picture stands in two places: all but those in its commonest."""
    counts = spread.groupby(["picture", column]).size().groupby("picture")
    return int((counts.sum() - counts.max()).sum())


def _of_test_part(copied: pd.DataFrame, held: np.ndarray) -> Sentence:
    """How much of a given test part has a copy that a model learns from; nothing where there is no such part."""
    inside = held[copied.index]
    both = int(copied["picture"][inside].isin(set(copied["picture"][~inside])).sum())
    if not both:
        return NOTHING
    return say("Of the {all} images of the test part {both} have a copy outside it.", all=int(held.sum()), both=both)


def _of_one_scene(frame: pd.DataFrame, copies: pd.DataFrame) -> Iterator[Finding]:
    """What pairs of one scene that are no copies have in two splits or classes: told, and no fault."""
    pairs = copies[~copies.index.isin(one_picture(copies).index)]
    row = pd.Series(np.arange(len(frame)), index=frame["id"])
    one, other = (frame.iloc[row[pairs[end]].to_numpy()].reset_index(drop=True) for end in ("first", "second"))
    split = (one["split"] != "") & (other["split"] != "") & (one["split"] != other["split"])
    apart = (one["picture"] != other["picture"]) & (split | (one["label"] != other["label"]))
    pairs = pairs[apart.to_numpy()]
    if not len(pairs):
        return
    shown: dict[str, None] = {}  # a picture of many pairs is shown in one
    for first, second in pairs[["first", "second"]].to_numpy():
        if first not in shown and second not in shown:
            shown |= {first: None, second: None}
    kinds = Counter(pairs["kind"])
    yield _finding(
        "one-scene",
        say(
            "One scene stands in two splits or classes, in {pairs} of files that are no copies: {kinds}.",
            pairs=counted(len(pairs), say("pair")),
            kinds=joined(
                say("{n} {words}", n=kinds[kind], words=words) for kind, words in RELATED.items() if kinds[kind]
            ),
        ),
        pd.Series(list(shown), dtype=object),
        say("Where splits are to keep scenes or people apart, name the column that tells them with --group-by."),
        WHAT_ONE_SCENE_IS,
        ONE_SCENE,
    )


def _groups_across_splits(shared: pd.DataFrame) -> Iterator[Finding]:
    if len(shared):
        yield _finding(
            "groups-across-splits",
            say("Groups that are in more than one part of the split: {n}.", n=shared["own_group"].nunique()),
            _side_by_side(shared.assign(picture=shared["own_group"]), "split"),
            say("Split by group (patient, scene), so that none is both trained and tested on."),
            say("Groups are those of the column that was named with --group-by."),
        )


@detector(
    question="Does one picture, or one patient, stand in two splits, under two labels or under two patients?",
    silence="no picture, and no patient, stands in two places",
)
def copies(images: ImageTable, survey: Survey) -> Iterator[Finding]:
    """Why it matters: a picture that is trained on and tested on makes any model look good; two labels for one
    picture mean that one of them is wrong, and two patients that they are one, or that a file was mixed up.

    How it is measured: pictures that are equal, resized, saved again, cropped by a little, mirrored or turned by
    quarter turns are looked for. Equal bytes (sha256); else small grey pictures of 48 x 48: the nearest neighbours of
    each, by what is the same in all eight ways in which a square can lie and with an edge cut off or none, are laid
    upon one another and count as one picture where their fine parts agree everywhere (correlation of at least .95 in
    all, of .85 in four of five parts), and so do their shades (.85 in nine of ten parts). Among more than 4,000
    pictures the neighbours are looked for in the cells around each (an inverted file, as search engines use), and not
    among all. Groups (patients, scenes) by the column that the user named. Copies stay on one side of every fold, and
    so do the groups that they connect.

    What it cannot show: copies that were turned by other angles or cropped by more than a tenth, and
    pictures without detail. Whether two small pictures, or two of a burst in which nothing moved, are copies. A change
    that only colour tells, or one fainter than what JPEG leaves.

    References: Kapoor & Narayanan 2023 (leakage); Barz & Denzler 2020 (near-copies between CIFAR's parts); Lucas &
    Kanade 1981 (alignment).
    """
    what_counts = paragraph(COUNTED, NOT_ALL if images.n > COMPARED else NOTHING)
    same = one_picture(survey.copies)
    frame = _with_pictures(images, same)
    splits = frame[(frame["split"] != "").to_numpy()]
    copied = frame[np.bincount(frame["picture"])[frame["picture"]] > 1]  # only what is there twice stands in two places
    across = _spread_over(copied[(copied["split"] != "").to_numpy()], "split", "picture")
    if len(across):
        yield _finding(
            "across-splits",
            paragraph(_told(IN_PARTS, across, same), _of_test_part(copied, images.held_out)),
            _side_by_side(across, "split"),
            say(
                "Remove {files}, so that each picture stands in one split, and test again: the figures of the given "
                "split are too good.",
                files=counted(_fewest_to_remove(across, "split"), say("file")),
            ),
            what_counts,
        )
    conflicting = _spread_over(copied, "label", "picture")
    if len(conflicting):
        yield _finding(
            "label-conflict",
            _told(_under_labels(conflicting), conflicting, same),
            _side_by_side(conflicting, "label"),
            say("Look at each pair, settle its label and remove the other copy."),
            what_counts,
        )
    yield from _of_one_scene(frame, survey.copies)
    if not images.grouped:
        return
    patients = _spread_over(copied, "own_group", "picture")
    if len(patients):
        yield _finding(
            "across-groups",
            _told(say("filed under more than one group"), patients, same),
            _side_by_side(patients, "own_group"),
            say(
                "Find out whose picture it is: give the groups one name where they are one patient, or remove the copy."
            ),
            paragraph(what_counts, say("In this audit such groups were kept together in every fold.")),
        )
    shared = _spread_over(splits, "split", "own_group")
    yield from _groups_across_splits(shared[~shared["id"].isin(set(across["id"]))])
