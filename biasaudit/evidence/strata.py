"""What is held fixed: the images that are alike in every column that the user declared a nuisance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from biasaudit.evidence.named.cue_values import CueValues, coded
from biasaudit.results import NOTHING, Name, Sentence, listed, say
from biasaudit.stats import members


@dataclass(frozen=True, kw_only=True, eq=False)
class Strata:
    """The crossed values of the nuisance columns; one stratum where there are none."""

    names: tuple[str, ...]
    """The columns."""
    codes: np.ndarray
    """int (n,): the stratum of each image."""
    counted: np.ndarray
    """bool (n,): what a model learns from; the given test part says nothing of the ties that it can learn."""

    def speaking(self, known: np.ndarray, labels: np.ndarray, values: np.ndarray) -> np.ndarray:
        """bool (n,): the known images of strata in which labels and values both differ; the others say nothing.

        known: bool (n,). labels, values: (n,), of any type that can be told apart.

        As in Mantel & Haenszel 1959, where a table with an empty margin drops out. Where nothing is held fixed there
        is nothing to drop, and all that is known is returned.
        """
        known = known & self.counted
        if not self.names:
            return known
        speaks = np.zeros_like(known)
        for rows in members(self.codes):
            rows = rows[known[rows]]
            speaks[rows] = len(np.unique(labels[rows])) > 1 and len(np.unique(values[rows])) > 1
        return speaks

    def silence(self, known: np.ndarray, labels: np.ndarray, what: Sentence) -> Sentence:
        """Why no stratum speaks: none has images of `what` ("both classes"), or the cue does not differ in any.

        known: bool (n,). labels: bool or int (n,), the class of each image.
        """
        known = known & self.counted
        if not self.names:
            return say("It is not known of any image of {what}.", what=what)
        mixed = any(len(np.unique(labels[rows[known[rows]]])) > 1 for rows in members(self.codes))
        one = say("combination") if len(self.names) > 1 else say("value")
        if mixed:
            return say(
                "It does not differ between images of one {one} of {columns}, so the two cannot be told apart.",
                one=one,
                columns=self.listed,
            )
        return say("No {one} of {columns} has images of {what}.", one=one, columns=self.listed, what=what)

    @property
    def listed(self) -> Sentence:
        """The columns as a sentence names them: "hospital, ward and camera"."""
        return listed([Name("column", name) for name in self.names])

    def given(self, clause: Sentence) -> Sentence:
        """A clause as a sentence, with what is held fixed before it: "Given hospital, more of it ..."."""
        return say("Given {columns}, {it}", columns=self.listed, it=clause) if self.names else say("{it!u}", it=clause)

    @property
    def aside(self) -> Sentence:
        """What is held fixed, to stand behind the name of a measure: ", given hospital"."""
        return say(", given {columns}", columns=self.listed) if self.names else NOTHING

    def beside(self, crude: float) -> Sentence:
        """What an effect would be were nothing held fixed, to stand behind it: " (0.81 without regard to it)"."""
        them = say("them") if len(self.names) > 1 else say("it")
        return say(" ({crude:.2f} without regard to {them})", crude=crude, them=them) if self.names else NOTHING


def strata_of(cues: Iterable[CueValues], counted: np.ndarray) -> Strata:
    """The strata of the images, `counted` or not, by the crossed values of those cues that were declared a nuisance.

    counted: bool (n,).

    Missing is a value, and numbers are cut into the bands that `metadata_cue` makes of them.
    """
    held = [cue for cue in cues if cue.role == "nuisance" and not cue.untestable]
    codes = np.zeros(len(counted), dtype=int)
    for cue in held:
        assert cue.levels is not None
        names, place = coded(cue.levels)
        codes = np.unique(codes * len(names) + place, return_inverse=True)[1]
    return Strata(names=tuple(cue.id for cue in held), codes=codes, counted=counted)
