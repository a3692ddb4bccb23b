import numpy as np
import pytest

from biasaudit.conclude.ranking import finding_id
from biasaudit.conclude.verdicts import corrected, state_of, verdict_of
from biasaudit.detectors.rung import RungResult
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.results import RUNGS, Estimate, Rung


def rungs(association, encoding, reliance, disparity, method="intervention"):
    states = dict(zip(RUNGS, (association, encoding, reliance, disparity), strict=True))
    gap = Estimate(measure="gap", value=0.3, low=0.2, high=0.4, null=0.0, limit=1.0, n=100)
    return {
        name: Rung(state=state, why="", method=method if name == "reliance" else "", estimate=gap)
        for name, state in states.items()
    }


@pytest.mark.parametrize(
    ("states", "method", "kind", "separable", "expected"),
    [
        (("yes", "yes", "yes", "no"), "intervention", "property", False, "shortcut"),
        (("yes", "yes", "yes", "no"), "observation", "property", False, "suspect"),
        (("yes", "yes", "yes", "yes"), "observation", "property", False, "shortcut"),
        (("yes", "yes", "no", "yes"), "intervention", "property", False, "suspect"),
        (("yes", "untested", "untested", "untested"), "", "property", True, "unidentifiable"),
        (("yes", "yes", "yes", "no"), "intervention", "artefact", True, "shortcut"),
        (("yes", "yes", "yes", "no"), "intervention", "property", True, "unidentifiable"),
        (("no", "yes", "yes", "no"), "intervention", "property", False, "suspect"),
        (("no", "yes", "no", "yes"), "intervention", "property", False, "gap"),
        (("no", "no", "no", "no"), "", "property", True, "clear"),
        (("untested",) * 4, "", "property", False, "untested"),
    ],
)
def test_verdicts(states, method, kind, separable, expected):
    assert verdict_of(rungs(*states, method=method), kind, separable) == expected


def test_a_gap_without_a_tie_must_be_wide():
    narrow = Estimate(measure="gap", value=0.12, low=0.02, high=0.2, null=0.0, limit=1.0, n=100)
    several = rungs("no", "no", "no", "yes")
    assert verdict_of(several, "metadata", False) == "gap"
    assert verdict_of(several | {"disparity": Rung(state="yes", why="", estimate=narrow)}, "metadata", False) == "clear"


def result(value, low, high, *, limit=1.0, null=0.5, rung="association", p=0.001, placebo=None):
    def estimate(a, b, c):
        return Estimate(measure="m", value=a, low=b, high=c, null=null, limit=limit, n=100)

    sham = estimate(*placebo) if placebo else None
    return RungResult(
        cue="c", label="l", rung=rung, why="", estimate=estimate(value, low, high), p_value=p, placebo=sham
    )


def test_a_significant_effect_below_the_floor_is_no():
    assert state_of(result(0.70, 0.6, 0.8), 0.01) == "yes"
    assert state_of(result(0.55, 0.52, 0.58), 0.01) == "no"


def test_a_large_effect_without_significance_is_no():
    assert state_of(result(0.70, 0.6, 0.8), 0.2) == "no"


def test_reliance_must_lie_wholly_above_its_placebo():
    moved = {"rung": "reliance", "null": 0.0, "limit": 3.0}
    assert state_of(result(2.0, 1.5, 2.5, placebo=(0.2, 0.0, 0.4), **moved), 0.01) == "yes"
    assert state_of(result(2.0, 1.5, 2.5, placebo=(1.6, 1.2, 1.9), **moved), 0.01) == "no"


def test_the_family_of_a_correction_is_one_rung():
    many = [result(0.7, 0.6, 0.8, p=p) for p in (0.01, 0.04, 0.9)]
    other = [result(0.7, 0.6, 0.8, p=0.04, rung="encoding")]
    q = [value for _, value in corrected(many + other)]
    assert q == pytest.approx([0.03, 0.06, 0.9, 0.04])


def test_ids_are_readable_stable_and_tell_hostile_names_apart():
    ids = [
        finding_id(CueValues(id=name, kind="metadata", question="")) for name in ("sex", "Sex", "</script>", "script")
    ]
    assert ids[0] == "metadata-sex"
    assert len(set(ids)) == 4
    assert all(set(one) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_") for one in ids)


def test_strength_is_on_one_scale():
    assert Estimate(measure="", value=0.8, low=0.75, high=0.85, null=0.5, limit=1, n=9).strength == pytest.approx(0.5)
    assert Estimate(measure="", value=0.6, low=0.45, high=0.75, null=0.5, limit=1, n=9).strength == 0
    assert np.isclose(Estimate(measure="", value=-2, low=-3, high=-1, null=0, limit=-4, n=9).strength, 0.25)
