import numpy as np
import pytest

from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.named.metadata_cues import metadata_cue
from biasaudit.evidence.ties import _level_tie, _measured_tie, alike


def artefact(values, threshold=0.5):
    return CueValues(id="mark", kind="artefact", question="?", values=np.asarray(values, float), threshold=threshold)


def test_a_cue_in_less_than_half_of_a_rare_class_is_not_inseparable_from_it():
    codes = np.repeat([0, 1], [10, 990])
    some = artefact((np.arange(1000) < 4).astype(float))
    every = artefact((np.arange(1000) < 10).astype(float))
    assert not _measured_tie(some, codes, ["rare", "common"]).separable
    assert _measured_tie(every, codes, ["rare", "common"]).separable


@pytest.mark.parametrize("classes", [2, 4])
def test_the_class_with_most_of_an_artefact_is_named(classes):
    codes = np.arange(400) % classes
    tie = _measured_tie(artefact(codes == 1), codes, [f"c{i}" for i in range(classes)])
    assert (tie.label, tie.direction) == ("c1", 1)
    assert (tie.present == (codes == 1)).all()


def test_an_artefact_that_one_class_of_many_lacks_gives_that_class_away():
    codes = np.arange(500) % 5
    tie = _measured_tie(artefact(codes != 2), codes, list("abcde"))
    assert (tie.label, tie.direction) == ("c", -1)
    assert (tie.present == (codes == 2)).all()


def test_a_column_names_the_values_that_speak_for_the_class():
    codes = np.arange(300) % 2
    text = np.where(codes == 1, "North", np.where(np.arange(300) % 3 == 0, "South", "West")).astype(object)
    tie = _level_tie(metadata_cue("hospital", text), codes, ["benign", "malignant"])
    assert tie.separable
    assert set(tie.speaking) == ({"North"} if tie.label == "malignant" else {"South", "West"})


def test_cues_that_go_together_are_alike_and_others_are_not():
    rng = np.random.default_rng(0)
    codes, values = np.arange(200) % 2, rng.normal(size=200)

    def tie(of):
        return _measured_tie(CueValues(id="x", kind="property", question="?", values=of), codes, ["a", "b"])

    assert alike(tie(values), tie(values + 0.3 * rng.normal(size=200)))
    assert not alike(tie(values), tie(rng.normal(size=200)))
