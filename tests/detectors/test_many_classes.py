"""More classes than can each be asked about: one of five is found, its clean twin is quiet, and work is linear."""

import time
import tracemalloc

import numpy as np
import pandas as pd
import pytest

from biasaudit.conclude.ranking import rank
from biasaudit.cues import BUILTIN
from biasaudit.detectors import association
from biasaudit.evidence.cue_values import CueValues
from biasaudit.evidence.rare_marks import any_tells_surely, tells_surely
from biasaudit.evidence.ties import ties
from biasaudit.images.table import ImageTable
from biasaudit.results import say
from biasaudit.selftest.trial import scan_values
from biasaudit.settings import Settings

NUMBERS = tuple(cue for cue in BUILTIN if cue.kind == "property" and not cue.words)
EACH = 5
"""Images of a class."""


def scanned(codes, seed=0, change=lambda values, codes: None, groups=None):
    """What a scan says of drawn values: of cues that are properties, normal, none tied to a class but by `change`."""
    rng = np.random.default_rng(seed)
    n = len(codes)
    values = pd.DataFrame({cue.id: rng.normal(size=n) for cue in NUMBERS})
    change(values, codes)
    groups = np.arange(n) if groups is None else groups
    labels = np.array([f"c{code:04d}" for code in codes], dtype=object)
    names = np.array([f"p{group:06d}" for group in groups], dtype=object)
    return {each.cue: each for each in scan_values(values, labels, names, NUMBERS, seed, {}, np.array([], dtype=int))}


def flagged(found):
    return {cue for cue, each in found.items() if each.verdict not in ("clear", "untested")}


def brighter(values, codes):
    values["brightness"] += 4.0 * (codes == 7)


def test_a_class_of_five_among_sixty_is_found_and_its_clean_twin_is_quiet():
    codes = np.arange(60 * EACH) % 60
    found = scanned(codes, change=brighter)
    assert flagged(found) == {"brightness"}
    assert (found["brightness"].label, found["brightness"].verdict) == ("c0007", "suspect")
    rung = found["brightness"].rungs["association"]
    assert rung.p_value == 0.0005
    assert rung.estimate.low > 0.9
    assert "surest" in rung.method
    quiet = scanned(codes)
    assert not flagged(quiet)
    assert all(each.rungs["association"].state == "no" for each in quiet.values())
    assert quiet["brightness"].rungs["association"].smallest_detectable > 0.9


@pytest.mark.slow
def test_clean_sets_of_many_classes_raise_no_more_alarms_than_they_may():
    """At most 5% of data sets: at most 5 of 40; classes of two to eight images, half of the sets by patient."""
    alarms = 0
    for seed in range(40):
        rng = np.random.default_rng(100 + seed)
        codes = rng.permutation(np.repeat(np.arange(60), rng.integers(2, 9, 60)))
        if seed % 2:
            codes = np.repeat(codes[:150], 2)
        groups = np.arange(len(codes)) // (1 + seed % 2)
        alarms += bool(flagged(scanned(codes, seed, groups=groups)))
    assert alarms <= 5


def test_whole_patients_are_dealt():
    """Of five images of one patient no tie can be told; of five patients it can."""
    codes = np.repeat(np.arange(60), EACH)

    def one_each(values, codes):
        for cue in NUMBERS:
            values[cue.id] = np.repeat(values[cue.id].to_numpy()[::EACH], EACH)
        brighter(values, codes)

    alone = scanned(codes, change=one_each, groups=codes)
    assert {each.verdict for each in alone.values()} == {"untested"}
    assert "1 groups on one side" in alone["brightness"].rungs["association"].why
    codes = np.repeat(np.arange(40), 2 * EACH)
    found = scanned(codes, change=brighter, groups=np.arange(len(codes)) // 2)
    assert flagged(found) == {"brightness"}


def test_a_cue_that_tells_every_class_does_not_loosen_the_correction_of_the_others():
    """Benjamini-Hochberg over all pairs of cues and classes flags a quarter of what is dealt by chance here."""
    codes = np.arange(60 * EACH) % 60

    def all_told(values, codes):
        values["brightness"] = 10.0 * codes + values["brightness"]

    seen = [flagged(scanned(codes, seed, all_told)) for seed in range(3)]
    assert all("brightness" in each for each in seen)
    assert sum(len(each) - 1 for each in seen) <= 1  # of 3 x the other properties


def table(codes):
    names = [f"{place:05}" for place in range(len(codes))]
    frame = pd.DataFrame({"id": names, "label": [f"c{code:04d}" for code in codes], "split": None, "group": names})
    return ImageTable(root=None, frame=frame)


def test_one_value_of_a_word_that_one_class_has_is_found_and_its_clean_twin_is_not():
    codes, rng = np.arange(60 * 6) % 60, np.random.default_rng(4)
    chance = np.where(rng.random(360) < 0.06, "png", "jpeg").astype(object)
    for words, verdict in ((np.where(codes == 7, "png", chance), "suspect"), (chance, "clear")):
        cue = CueValues(id="file_format", kind="file", question=say("?"), levels=words)
        images = table(codes)
        results = list(association.function(images, (cue,), Settings()))
        (finding,) = rank((cue,), ties(images, (cue,)), results, (), images, None, say("none"))
        assert finding.verdict == verdict
    assert "Cramer's V" in finding.rungs["association"].estimate.measure
    (finding,) = rank((cue,), ties(images, (cue,)), results, (), images, None, say("none"))


def test_a_rare_mark_among_many_values_and_classes_is_as_sure_as_one_by_one():
    rng = np.random.default_rng(5)
    for seed in range(20):
        levels, codes = rng.integers(0, 9, 150), rng.integers(0, 6, 150)
        codes[levels == 3] = np.where(rng.random((levels == 3).sum()) < seed / 20, 2, codes[levels == 3])
        groups = np.arange(150) // (1 + seed % 2)
        one_by_one = any(
            tells_surely(levels == level, codes == code, groups) for level in range(9) for code in range(6)
        )
        assert any_tells_surely(levels, codes, groups) == one_by_one


def test_time_and_memory_grow_no_worse_than_the_images():
    """Four times as many classes of five: about four times the time; both were nearer to its cube."""
    took, peaks = [], []
    for classes in (30, 120):
        codes = np.arange(classes * EACH) % classes
        scanned(codes[:150])  # what is imported and made once
        began = time.process_time()
        scanned(codes)
        took.append(time.process_time() - began)
        tracemalloc.start()
        ties(table(codes), ())
        list(association.function(table(codes), tuple(numbers(codes, 6)), Settings()))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert took[1] < 12 * took[0]
    assert peaks[1] < 8 * peaks[0]
    assert peaks[1] < 60e6


def numbers(codes, how_many):
    rng = np.random.default_rng(6)
    for number in range(how_many):
        yield CueValues(id=f"n{number}", kind="property", question=say("?"), values=rng.normal(size=len(codes)))


@pytest.mark.parametrize("classes", [20, 21])
def test_up_to_twenty_classes_each_is_asked(classes):
    codes = np.arange(classes * 4) % classes
    results = list(association.function(table(codes), tuple(numbers(codes, 2)), Settings()))
    assert len(results) == (2 * 20 if classes == 20 else 2)
