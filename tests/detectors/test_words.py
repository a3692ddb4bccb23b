"""What detectors say holds the user's names as arguments, each with its kind: nothing of them stands in a template."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from biasaudit.detectors import association, disparity, image_quality, prevalence, reliance, representation, subgroups
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.named.metadata_cues import metadata_cue
from biasaudit.evidence.subgroups.breakdowns import breakdowns
from biasaudit.evidence.subgroups.columns import group_column
from biasaudit.evidence.subgroups.composition import composition
from biasaudit.evidence.subgroups.worst import worst_groups
from biasaudit.evidence.ties import ties
from biasaudit.images.table import ImageTable
from biasaudit.results import Name, Record, Sentence, say
from biasaudit.settings import Settings

SECRET, N = "Zq7", 400


def sentences(value) -> Iterator[Sentence]:
    """All of them in a record, a dataclass, or a row of either."""
    if isinstance(value, Sentence):
        yield value
    elif isinstance(value, Record):
        for _, each in value:
            yield from sentences(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from sentences(getattr(value, field.name))
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from sentences(each)


@pytest.fixture(scope="module")
def told():
    """What the rungs and the detectors of groups say of data in which all that has a name bears the secret."""
    rng = np.random.default_rng(0)
    codes = np.arange(N) % 2
    ward = np.where(rng.random(N) < np.where(codes, 0.8, 0.2), f"{SECRET} x", f"{SECRET} y").astype(object)
    site = np.where(rng.random(N) < 0.5, f"{SECRET} m", f"{SECRET} n").astype(object)
    frame = pd.DataFrame({"id": [f"{k:04}" for k in range(N)], "label": [f"{SECRET} {'ab'[c]}" for c in codes]})
    frame = frame.assign(split=None, group=frame["id"])
    images = ImageTable(root=None, frame=frame)
    settings = Settings(sensitive=(f"{SECRET} ward",), nuisance=(f"{SECRET} site",))
    mark = CueValues(
        id=f"{SECRET}_mark", kind="artefact", question=say("?"), values=codes + rng.random(N), threshold=1.0
    )
    bright = CueValues(id="brightness", kind="property", question=say("?"), values=codes + rng.normal(size=N))
    columns = ((f"{SECRET} ward", ward, "sensitive"), (f"{SECRET} site", site, "nuisance"))
    cues = (mark, bright, *(replace(metadata_cue(name, text), role=role) for name, text, role in columns))
    known = ties(images, cues)
    odds = np.where(ward == f"{SECRET} x", 1.0, -1.0) * np.where(rng.random(N) < 0.9, 1, -1)
    both = np.column_stack([-odds, odds])
    predictions = SimpleNamespace(
        log_odds=both, probabilities=1 / (1 + np.exp(-2 * both)), given=False, judged=np.ones(N, dtype=bool),
        images_called=say("held-out images"),
    )  # fmt: skip
    people = (group_column(f"{SECRET} ward", ward, settings),)
    groups = composition(images, people, Settings())
    filled = breakdowns(images, people, groups, predictions)
    worst = worst_groups(people, filled)
    return [
        *association.function(images, cues, settings),
        *disparity.function(images, known, predictions, settings),
        *reliance.function(images, known, predictions, {}, settings),
        *representation.function(groups),
        *prevalence.function(images, people, cues),
        *image_quality.function(images, people, cues),
        *subgroups.function(images, worst, {}, predictions),
        *filled,
    ]


def test_no_name_stands_in_a_template(told):
    said = [sentence for each in told for sentence in sentences(each) if SECRET in sentence]
    assert len(said) > 20
    assert not [s for s in said if SECRET in s.renamed(lambda name: Name(name.kind, "left out"))]


def test_every_name_has_the_kind_of_what_it_names(told):
    kinds = dict.fromkeys("ab", "label") | dict.fromkeys("xymn", "value")
    kinds |= {"ward": "column", "site": "column", "mark": "cue"}
    seen = {
        (name.text, name.kind) for each in told for s in sentences(each) for name in s.names() if SECRET in name.text
    }
    assert {kind for _, kind in seen} == {"label", "value", "column", "cue"}
    assert {(text, kinds[text.replace("_", " ").split(" ")[-1]]) for text, _ in seen} == seen
