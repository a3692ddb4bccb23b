"""A group on which the model fails is found where there is one, and neither in chance nor in a gradient."""

from types import SimpleNamespace

import numpy as np
import pytest

from biasaudit.detectors import slices as detector
from biasaudit.errors import Unavailable
from biasaudit.evidence.discovery.shared_traits import shared_trait
from biasaudit.evidence.discovery.slices import slices
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from tests.detectors.test_rungs import table

N = 400


def a_model(embedding, codes, fails, space=None):
    """What a model said that fails on these images, and is surer of the others."""
    margin = np.where(fails, -1.0, 1.0)
    odds = np.where(codes == 1, margin, -margin)
    return SimpleNamespace(
        embedding=embedding.astype(np.float32),
        log_odds=np.stack([-odds, odds], axis=1),
        space=np.zeros(len(codes), dtype=int) if space is None else space,
        judged=np.ones(len(codes), dtype=bool),
    )


def a_class_with_a_group(rng, far=6.0):
    """An embedding of two classes; a sixth of the second class lies apart, and the model fails on most of that."""
    codes = np.arange(N) % 2
    embedding = rng.normal(size=(N, 24))
    group = (codes == 1) & (rng.random(N) < 0.17)
    embedding[group, :6] += far / np.sqrt(6)
    return codes, embedding, group


def findings(codes, model, cues=(), groups=None):
    images = table(codes, groups)
    found = slices(images, model, Settings(), Progress(quiet=True))
    return list(detector.function(images, found, model, tuple(cues), Settings()))


def test_a_group_on_which_the_model_fails_is_a_gap_with_its_images_and_its_name():
    rng = np.random.default_rng(0)
    codes, embedding, group = a_class_with_a_group(rng)
    model = a_model(embedding, codes, rng.random(N) < np.where(group, 0.7, 0.08))
    ruler = CueValues(id="ruler", kind="artefact", question="?", values=group + 0.1 * rng.random(N), threshold=0.5)
    noise = CueValues(id="noise", kind="property", question="?", values=rng.normal(size=N))
    (finding,) = findings(codes, model, (noise, ruler))
    ids = table(codes).ids
    assert (finding.verdict, finding.label, finding.cue, finding.kind) == ("gap", "c01", "slice_1", "discovered")
    assert np.isin(finding.examples, ids[group]).mean() >= 0.9
    assert np.isin(finding.counterexamples, ids[group]).mean() <= 0.2
    rung = finding.rungs["disparity"]
    assert (rung.state, rung.q_value < 0.05, rung.estimate.low > 0.3) == ("yes", True, True)
    assert "of them show ruler" in finding.title
    assert finding.rungs["association"].state == "untested"


@pytest.mark.parametrize("seeds", [range(3), pytest.param(range(3, 20), marks=pytest.mark.slow)], ids=["few", "many"])
def test_errors_dealt_at_random_are_no_group(seeds):
    flagged = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        codes, embedding, _ = a_class_with_a_group(rng)
        (finding,) = findings(codes, a_model(embedding, codes, rng.random(N) < 0.2))
        flagged += finding.verdict != "clear"
    assert flagged == 0


@pytest.mark.parametrize("seeds", [range(2), pytest.param(range(2, 8), marks=pytest.mark.slow)], ids=["few", "many"])
def test_a_gradient_from_easy_to_hard_is_no_group(seeds):
    """Errors gather at one end of a single cloud: a search without twins finds a group there every time."""
    flagged = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        codes, embedding, _ = a_class_with_a_group(rng, far=0.0)
        hard = embedding[:, 0] + 0.5 * rng.normal(size=N)
        model = a_model(embedding, codes, hard > 1)
        model.log_odds *= np.abs(hard - 1)[:, None]
        (finding,) = findings(codes, model)
        flagged += finding.verdict != "clear"
    assert flagged == 0


def test_images_of_one_patient_count_once():
    rng = np.random.default_rng(1)
    codes, embedding, group = a_class_with_a_group(rng)
    model = a_model(embedding, codes, rng.random(N) < np.where(group, 0.7, 0.08))
    with pytest.raises(Unavailable, match="60 images"):
        findings(codes, model, groups=np.arange(N) // 8)


def test_without_one_feature_space_or_errors_it_is_not_asked():
    rng = np.random.default_rng(2)
    codes, embedding, _ = a_class_with_a_group(rng)
    with pytest.raises(Unavailable, match="feature space"):
        findings(codes, a_model(embedding, codes, rng.random(N) < 0.2, space=np.arange(N) % 3))
    with pytest.raises(Unavailable, match="called wrongly"):
        findings(codes, a_model(embedding, codes, np.zeros(N, dtype=bool)))


def test_what_a_group_shares_is_said_only_where_it_tells_the_group():
    rng = np.random.default_rng(3)
    inside = np.arange(N) < 40
    sharp = CueValues(id="sharpness", kind="property", question="?", values=rng.normal(size=N) - 4 * inside)
    sex = CueValues(
        id="sex", kind="metadata", question="?", levels=np.where(inside, "f", rng.choice(["f", "m"], N)).astype(object)
    )
    camera = CueValues(id="camera", kind="metadata", question="?", levels=np.where(inside, "a", "b").astype(object))
    assert shared_trait(inside, ~inside, [sex]) == ""
    assert shared_trait(inside, ~inside, [sex, sharp]).startswith("their sharpness is low (median -")
    assert shared_trait(inside, ~inside, [camera]) == "the column “camera” is “a” in 100% of them, 0% of the others"
