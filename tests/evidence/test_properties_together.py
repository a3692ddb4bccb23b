"""What only two properties tell together is told by both, and chance by none."""

import numpy as np
import pytest

from biasaudit.detectors import properties_together as detector
from biasaudit.errors import Unavailable
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.properties_together import properties_together
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from tests.detectors.test_rungs import table

N = 400


def measured(name, values, kind="property"):
    return CueValues(id=name, kind=kind, question="?", values=np.asarray(values, dtype=float))


def some_cues(rng, n=N, others=6):
    """Brightness and sharpness, of which only their agreement will matter, among cues that matter nothing."""
    cues = [measured(name, rng.normal(size=n)) for name in ("brightness", "sharpness")]
    cues += [measured(f"other_{number}", rng.normal(size=n), "artefact") for number in range(others)]
    return (*cues, CueValues(id="make", kind="file", question="?", levels=rng.choice(["a", "b"], n).astype(object)))


def agreement(cues, rng, noise=0.1):
    """A label that two properties tell together and neither tells alone."""
    same = (cues[0].values > 0) == (cues[1].values > 0)
    return np.where(rng.random(len(same)) < noise, ~same, same).astype(int)


def together(images, cues):
    return properties_together(images, tuple(cues), Settings(), Progress(quiet=True))


def finding_of(images, cues):
    (finding,) = detector.function(images, together(images, cues))
    return finding


def test_what_two_properties_tell_only_together_is_told_and_dealt_labels_are_not():
    rng = np.random.default_rng(0)
    cues = some_cues(rng)
    codes = agreement(cues, rng)
    finding = finding_of(table(codes), cues)
    rung = finding.rungs["association"]
    assert (finding.kind, finding.verdict, rung.state) == ("view", "clear", "yes")
    assert rung.estimate.low > 0.7
    assert {"brightness", "sharpness"} == set(together(table(codes), cues).pair)
    assert "by brightness and sharpness as a pair" in finding.title
    assert "no single one does better than 0.5" in finding.title
    twin = finding_of(table(rng.permutation(codes)), cues)
    assert (twin.verdict, twin.rungs["association"].state) == ("clear", "no")
    assert "hardly told, if at all" in twin.title


def test_values_that_are_missing_and_constant_cues_cost_nothing():
    rng = np.random.default_rng(1)
    cues = list(some_cues(rng))
    codes = rng.permutation(N) % 2
    unknown = np.where((codes == 1) & (rng.random(N) < 0.9), np.nan, 0.0) + rng.normal(size=N)
    cues[0] = measured("brightness", unknown)
    cues.append(CueValues(id="flat", kind="property", question="?", values=np.zeros(N), untestable="the same"))
    cues.append(CueValues(id="ward", kind="metadata", question="?", levels=codes.astype(str).astype(object)))
    found = together(table(codes), cues)
    assert found.names[0] == "brightness"
    assert found.shares[0] > 0.5
    assert not {"flat", "ward"} & set(found.names)
    assert found.shares.sum() == pytest.approx(1)


def test_words_are_compared_as_well():
    rng = np.random.default_rng(2)
    codes = rng.permutation(N) % 3
    words = np.where(rng.random(N) < 0.8, np.array(["x", "y", "z"])[codes], "x").astype(object)
    cues = (*some_cues(rng, others=1), CueValues(id="chroma", kind="file", question="?", levels=words))
    found = together(table(codes), cues)
    assert found.names[0] == "chroma"
    assert 0.7 < found.best_single < found.auc.value + 0.05


def test_the_given_test_part_is_never_learnt_from():
    rng = np.random.default_rng(3)
    cues = some_cues(rng)
    codes = agreement(cues, rng)
    images = table(codes)
    images.frame["split"] = np.where(np.arange(N) % 4 == 0, "test", "train")
    turned = table(np.where(images.held_out, 1 - codes, codes))
    turned.frame["split"] = images.frame["split"]
    found = together(turned, cues)
    assert found.auc.value > 0.75
    assert found.auc.n == 3 * N // 4
    assert found.held_out < 0.35
    assert "in the given test part 0." in finding_of(turned, cues).title


@pytest.mark.slow
def test_chance_is_stretched_as_far_as_it_goes():
    """Without refitting, labels permuted against fixed scores would give p-values below 0.05 in an eighth of sets."""
    p_values = []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        cues = [measured(f"cue_{number}", rng.normal(size=80)) for number in range(5)]
        p_values.append(together(table(rng.permutation(80) % 2), cues).p_value)
    assert np.mean(np.array(p_values) < 0.05) <= 0.125
    assert 0.35 < np.mean(p_values) < 0.65


def test_one_property_alone_is_not_together():
    images = table(np.arange(60) % 2)
    with pytest.raises(Unavailable, match="two measured properties"):
        together(images, [measured("brightness", np.arange(60))])


def test_patients_stay_whole():
    rng = np.random.default_rng(4)
    patients = np.repeat(np.arange(40), 5)
    codes = np.repeat(rng.permutation(40) % 2, 5)
    own = rng.normal(size=(40, 4))[patients] + 0.05 * rng.normal(size=(200, 4))
    found = together(table(codes, patients), [measured(f"cue_{number}", own[:, number]) for number in range(4)])
    assert found.p_value > 0.05
    assert found.auc.low < 0.6
