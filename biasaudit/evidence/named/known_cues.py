"""All cues that have a name: those measured in every picture and file, and the columns of the metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from biasaudit.cues.cue import Cue
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.named.measured_cues import knowability_cue, measured_cue, word_cue
from biasaudit.evidence.named.metadata_cues import metadata_cues
from biasaudit.evidence.named.too_small import missed
from biasaudit.images.splits import split_column
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Sentence, say
from biasaudit.settings import Settings

LIKE: dict[str, Sentence] = {
    "hair": say("something like thin dark lines"),
    "ink_marking": say("something like spots of a strange colour"),
    "gel_border": say("something like bright edges of round spots"),
    "gel_bubble": say("something like small bright rings"),
    "dark_corner": say("something like dark corners"),
}
"""What marks on skin look like where there is no skin: they are measured everywhere, and named so on skin alone."""


def known_cues(
    images: ImageTable, survey: Survey, cues: Sequence[Cue], settings: Settings, field: str = "skin"
) -> tuple[CueValues, ...]:
    """All cues of this audit: the measured ones, then the metadata columns but the one that names the split.

    field: what the pictures are of.
    """
    learnt, sizes = ~images.held_out, survey.sizes
    measured = [(cue, survey.values[cue.id].to_numpy(dtype=float)) for cue in cues if not cue.words]
    numbers = [measured_cue(cue, values, sizes, images.codes, learnt) for cue, values in measured]
    asked = [~missed(cue, values, sizes) for cue, values in measured]
    words = [
        word_cue(cue, survey.values[cue.id].to_numpy(dtype=object), images.codes, learnt) for cue in cues if cue.words
    ]
    known = [knowability_cue(*each) for each in zip(numbers, asked, strict=True)]
    if field != "skin":
        numbers = [replace(each, called=LIKE.get(each.id, NOTHING)) for each in numbers]
    return (*numbers, *words, *(cue for cue in known if cue is not None), *cues_of_columns(images, settings))


def cues_of_columns(images: ImageTable, settings: Settings) -> Iterator[CueValues]:
    """The columns with what the user declared them to be, each followed by its parts.

    A column that is held fixed, or is part of how the label shows, is that as a whole, and has no parts.
    """
    taken = frozenset(images.metadata_columns)
    for name in images.metadata_columns:
        if name in (split_column(settings.split, images.metadata_columns), *settings.without):
            continue
        text = images.frame[f"meta_{name}"].to_numpy(dtype=object)
        column, *parts = metadata_cues(name, text, images.labels, settings.missing, taken)
        role = settings.role(name)
        yield replace(column, role=role)
        if role not in ("nuisance", "mediator"):
            yield from (part for part in parts if part.id not in settings.without)
