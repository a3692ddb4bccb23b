"""Declared roles of columns: what is held fixed, what is never adjusted for, and whose accuracy is compared."""

from dataclasses import replace

import numpy as np
import pytest

import biasaudit as ba
from biasaudit import stats
from biasaudit.conclude.ranking import rank
from biasaudit.conclude.wording import tie_in_words
from biasaudit.detectors import association, disparity, reliance
from biasaudit.errors import UsageError
from biasaudit.evidence.named.metadata_cues import metadata_cue
from biasaudit.evidence.strata import strata_of
from biasaudit.evidence.ties import ties
from biasaudit.settings import Settings
from tests.detectors.test_rungs import cue, predicted, table
from tests.planted import QUICK, plant


def column(name, text, role=""):
    return replace(metadata_cue(name, np.asarray(text).astype(str).astype(object)), role=role)


def associated(images, cues, rows=None):
    return {result.cue.split(":")[1]: result for result in association.function(images, tuple(cues), Settings())}


def verdicts(images, cues):
    results = list(association.function(images, tuple(cues), Settings()))
    return {f.cue: f.verdict for f in rank(cues, ties(images, tuple(cues)), results, [], images, None, "scan")}


def hospitals(rng, n=600, share=0.8):
    """A hospital of two (0, 1) for each image, and labels of which `share` go with it."""
    hospital = rng.integers(0, 2, n)
    return hospital, np.where(rng.random(n) < share, hospital, 1 - hospital)


# --- the statistics ---------------------------------------------------------------------------------------


def by_pairs(values, positive, strata):
    """The stratified AUC by its definition: pairs within strata, each stratum's weighted by 1 / (n + 1)."""
    wins = pairs = 0.0
    for code in set(strata):
        inside, outside = (values[(strata == code) & side] for side in (positive, ~positive))
        weight = 1 / (len(inside) + len(outside) + 1)
        wins += weight * sum((a > b) + (a == b) / 2 for a in inside for b in outside)
        pairs += weight * len(inside) * len(outside)
    return wins / pairs


def test_the_stratified_auc_is_that_of_pairs_within_strata():
    rng = np.random.default_rng(0)
    values, positive = rng.integers(0, 6, 90).astype(float), rng.random(90) < 0.3
    strata = rng.integers(0, 5, 90)
    positive[strata == 4] = True  # a stratum of one class says nothing
    weights = np.stack([np.ones(90, dtype=np.int32), *rng.integers(0, 3, (3, 90))])
    expected = [by_pairs(*(np.repeat(array, row) for array in (values, positive, strata))) for row in weights]
    assert stats.stratified_auc(values, positive, strata, weights) == pytest.approx(expected, abs=1e-12)


def test_where_a_cue_is_known_of_one_class_mostly_chance_is_still_chance():
    """Type I error at 0.05 in 200 tests of noise that is known of 5 images of one class and 60 of the other."""
    rng, small = np.random.default_rng(3), 0
    codes, strata, groups = np.repeat([0, 1], 60), np.zeros(120, dtype=int), np.arange(120).astype(str)
    for _ in range(200):
        values = rng.normal(size=(120, 1))
        values[5:60] = np.nan
        known = np.isfinite(values[:, 0])
        null = stats.null_auc(values.T, codes, groups, strata, 199, rng)[:, 0, 1]
        observed = stats.auc(values[known, 0], codes[known] == 1)
        small += stats.permutation_p(abs(observed - 0.5), np.abs(null - 0.5)) <= 0.05
    assert small <= 20


def test_the_stratified_null_is_the_stratified_auc_of_permuted_labels():
    rng = np.random.default_rng(1)
    values, codes, strata = rng.normal(size=(120, 2)).round(1), rng.integers(0, 3, 120), rng.integers(0, 4, 120)
    values[strata == 3, 1] = 0.5  # does not vary there
    groups = np.arange(120).astype(str)
    null = stats.null_auc(values.T, codes, groups, strata, 7, np.random.default_rng(5))
    labels = next(stats.permuted_within(codes, groups, strata, 7, np.random.default_rng(5)))
    assert all((np.bincount(row[strata == 2]) == np.bincount(codes[strata == 2])).all() for row in labels)
    for place in range(2):
        for code in range(3):
            rows = (strata != 3) | (place == 0)
            expected = [by_pairs(values[rows, place], row[rows] == code, strata[rows]) for row in labels]
            assert null[:, place, code] == pytest.approx(expected, abs=1e-12)


def test_one_stratum_gives_the_plain_statistics_to_the_last_bit():
    rng = np.random.default_rng(2)
    values, positive, one = rng.normal(size=77).round(1), rng.random(77) < 0.37, np.zeros(77, dtype=int)
    groups, weights = np.repeat(np.arange(11), 7).astype(str), rng.integers(0, 4, (50, 77))
    assert (stats.stratified_auc(values, positive, one, weights) == stats.weighted_auc(values, positive, weights)).all()
    assert stats.stratified_auc(values, positive, one, np.ones((1, 77)))[0] == stats.auc(values, positive)
    tables = rng.integers(0, 20, (50, 4, 3))
    assert (stats.stratified_v([tables]) == stats.cramers_v(tables)).all()
    plain, within = (
        np.concatenate(list(shuffled))
        for shuffled in (
            stats.permuted(positive, groups, 250, np.random.default_rng(3)),
            stats.permuted_within(positive, groups, one, 250, np.random.default_rng(3)),
        )
    )
    assert (plain == within).all()


def test_p_values_within_strata_are_uniform_where_only_the_hospital_ties_cue_and_label():
    rng = np.random.default_rng(3)
    within, without = [], []
    for _ in range(300):
        hospital, codes = hospitals(rng, 120)
        values, groups = (rng.normal(size=120) + hospital)[:, None], np.arange(120).astype(str)
        for strata, p_values in ((hospital, within), (np.zeros(120, dtype=int), without)):
            area = stats.stratified_auc(values[:, 0], codes == 1, strata, np.ones((1, 120)))[0]
            null = stats.null_auc(values.T, codes, groups, strata, 99, rng)[:, 0, 1]
            p_values.append(stats.permutation_p(abs(area - 0.5), np.abs(null - 0.5)))
    for level in (0.05, 0.2, 0.5):
        assert np.mean(np.array(within) <= level) == pytest.approx(level, abs=0.07)
    assert np.mean(np.array(without) <= 0.05) > 0.5


def test_whole_patients_are_permuted_inside_their_hospital():
    rng = np.random.default_rng(4)
    groups, hospital = np.repeat(np.arange(40), 3).astype(str), np.repeat(np.arange(40) % 2, 3)
    labels = np.repeat(rng.random(40) < np.where(np.arange(40) % 2, 0.8, 0.2), 3).astype(int)
    for shuffled in stats.permuted_within(labels, groups, hospital, 150, rng):
        assert (shuffled.reshape(-1, 40, 3).std(axis=2) == 0).all()
        for one in (0, 1):
            assert (shuffled[:, hospital == one].sum(axis=1) == labels[hospital == one].sum()).all()


def test_the_smallest_detectable_tie_within_strata_is_detected_four_times_of_five():
    rng = np.random.default_rng(5)
    sides = np.array([[20, 5], [10, 30], [12, 12]])
    area = stats.detectable_auc(sides[:, 0], sides[:, 1])
    assert area > stats.detectable_auc(*sides.sum(axis=0))
    assert area == pytest.approx(stats.detectable_auc(np.r_[sides[:, 0], 50], np.r_[sides[:, 1], 0]))
    strata = np.repeat([0, 1, 2], sides.sum(axis=1))
    positive = np.concatenate([np.arange(one.sum()) < one[0] for one in sides])
    shift = np.sqrt(2) * float(__import__("scipy.stats").stats.norm.ppf(area))
    null = stats.null_auc([rng.normal(size=89)], positive.astype(int), np.arange(89).astype(str), strata, 1999, rng)[
        :, 0, 1
    ]
    drawn = rng.normal(size=(300, 89)) + shift * positive + 3 * strata
    found = [
        stats.stratified_auc(row, positive, strata, np.ones((1, 89)))[0] > np.quantile(null, 0.975) for row in drawn
    ]
    assert np.mean(found) == pytest.approx(0.8, abs=0.08)
    assert stats.detectable_v(np.array([50, 50]), np.array([2, 2]), np.array([2, 2])) > stats.detectable_v(100, 2, 2)


# --- nuisance ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3])
def test_a_tie_through_the_hospital_alone_is_gone_once_it_is_held_fixed_and_one_within_hospitals_stays(classes):
    rng = np.random.default_rng(6)
    hospital, codes = hospitals(rng, 900)
    codes = np.where(rng.random(900) < 0.3, 2, codes) if classes == 3 else codes
    through = cue("through", 1.5 * hospital + rng.normal(size=900))
    inside = cue("inside", 1.5 * (codes == 1) + 1.5 * hospital + rng.normal(size=900))
    lamp = column("lamp", np.where(rng.random(900) < 0.9, hospital, 1 - hospital))
    for role, expected in (("", "suspect"), ("nuisance", "clear")):
        found = verdicts(table(codes), (through, inside, lamp, column("hospital", hospital, role)))
        assert found == {"through": expected, "lamp": expected, "inside": "suspect", "hospital": "suspect"}


def test_a_tie_that_the_hospitals_turn_round_shows_its_true_direction():
    rng = np.random.default_rng(7)
    hospital, codes = hospitals(rng, 800, share=0.9)
    values = 3 * hospital - codes + 0.7 * rng.normal(size=800)
    cues = [cue("turned", values), column("hospital", hospital)]
    assert associated(table(codes), cues)["turned"].estimate.measure == "AUC of more turned, c01 against the rest"
    held = associated(table(codes), [cues[0], replace(cues[1], role="nuisance")])["turned"]
    assert held.estimate.measure == "AUC of more turned, c00 against the rest, given hospital"
    assert held.estimate.low > 0.7
    crude = stats.auc(values, codes == 0)
    assert crude < 0.3
    assert held.why == (
        f"Given hospital, more of it tells c00 from the rest with AUC {held.estimate.value:.2f} "
        f"({crude:.2f} without regard to it)."
    )


def test_two_nuisance_columns_are_crossed_missing_is_a_value_and_numbers_are_cut():
    rng = np.random.default_rng(8)
    hospital = rng.integers(0, 2, 400)
    camera = np.where(rng.random(400) < 0.3, "", "x")
    age = rng.uniform(20, 80, 400).round(1)
    cues = [column("hospital", hospital, "nuisance"), column("camera", camera, "nuisance"), column("age", age)]
    strata = strata_of(cues, np.ones(400, dtype=bool))
    assert (strata.listed, len(set(strata.codes))) == ("hospital and camera", 4)
    assert len(set(strata_of([replace(cues[2], role="nuisance")], np.ones(400, dtype=bool)).codes)) == 4
    assert strata_of([column("same", ["x"] * 400, "nuisance"), cues[2]], np.ones(400, dtype=bool)).names == ()
    why = associated(table(rng.integers(0, 2, 400)), [*cues, cue("noise", rng.normal(size=400))])["noise"].why
    assert why.startswith("Given hospital and camera, ")
    assert "without regard to them" in why


def test_where_no_hospital_has_both_classes_nothing_is_tested():
    rng = np.random.default_rng(9)
    codes = np.arange(200) % 2
    images = table(codes)
    both = np.where(np.arange(200) < 10, "Both", np.where(codes, "North", "South"))
    cues = [
        column("hospital", np.where(codes, "North", "South"), "nuisance"),
        column("twin", np.where(codes, "N", "S")),
        cue("noise", rng.normal(size=200)),
    ]
    found = associated(images, cues)
    for name in ("twin", "noise"):
        assert (found[name].estimate, found[name].why) == (None, "No value of hospital has images of both classes.")
    assert verdicts(images, cues) == {"hospital": "unidentifiable", "twin": "unidentifiable", "noise": "untested"}
    # Ten images of a hospital with both are all that can speak; and a column that is the hospital never can.
    mixed = [
        replace(column("hospital", both), role="nuisance"),
        column("twin", both),
        cue("noise", rng.normal(size=200)),
    ]
    found = associated(images, mixed)
    assert (found["noise"].estimate.n, found["twin"].estimate) == (10, None)
    assert "cannot be told apart" in found["twin"].why
    assert found["noise"].smallest_detectable > 0.9


def test_hospitals_of_few_groups_are_untested_not_clear():
    rng = np.random.default_rng(10)
    groups = np.repeat(np.arange(8), 25)
    codes, hospital = np.repeat([0, 1] * 4, 25), np.repeat(np.arange(4), 50)
    cues = [column("hospital", hospital, "nuisance"), cue("noise", rng.normal(size=200))]
    found = associated(table(codes, groups), cues)["noise"]
    assert found.estimate is None
    assert found.why.startswith("Given hospital, with 4 groups on one side and 4 on the other")


def observed(images, cues, log_odds):
    results = reliance.function(images, ties(images, tuple(cues)), predicted(log_odds), {}, Settings())
    return {result.cue.split(":")[1]: result for result in results}


def test_observed_use_is_adjusted_for_a_nuisance_that_is_not_tied_to_the_label():
    rng = np.random.default_rng(11)
    hospital, codes = hospitals(rng, 600, share=0.5)
    lamp = column("lamp", np.where(rng.random(600) < 0.8, hospital, 1 - hospital))
    odds = 2 * codes + 2 * hospital + rng.normal(size=600)
    seen = {
        role: observed(table(codes), [lamp, column("hospital", hospital, role)], odds)
        for role in ("", "nuisance", "mediator", "sensitive")
    }
    assert seen["nuisance"]["lamp"].p_value > 0.05
    assert "adjusted for hospital" in seen["nuisance"]["lamp"].why
    assert seen["nuisance"]["hospital"] == seen[""]["hospital"]  # not adjusted for itself
    for role in ("", "mediator", "sensitive"):
        assert seen[role]["lamp"].p_value < 0.01


@pytest.mark.parametrize("role", ["mediator", "sensitive"])
def test_a_tied_mediator_or_sensitive_column_is_never_adjusted_for(role):
    rng = np.random.default_rng(12)
    stage, codes = hospitals(rng, 600)
    lamp = column("lamp", np.where(rng.random(600) < 0.65, stage, 1 - stage))
    cues = [lamp, column("stage", stage)]
    odds = 2 * codes + stage + rng.normal(size=600)
    assert "adjusted for stage" in observed(table(codes), cues, odds)["lamp"].why
    assert "adjusted" not in observed(table(codes), [lamp, replace(cues[1], role=role)], odds)["lamp"].why


# --- mediator and sensitive -------------------------------------------------------------------------------


def compared(images, cues, right):
    odds = np.where(right, images.codes, 1 - images.codes) * 2.0 - 1
    results = disparity.function(images, ties(images, tuple(cues)), predicted(odds), Settings())
    return {result.cue.split(":")[1]: result for result in results}


def test_a_mediators_tie_is_not_tested_and_does_not_count_as_a_test():
    rng = np.random.default_rng(13)
    stage, codes = hospitals(rng, 400)
    noise = cue("noise", rng.normal(size=400))
    found = associated(table(codes), [noise, column("stage", stage, "mediator")])
    assert found["stage"].p_value is None
    assert found["stage"].why == ("declared a mediator: a tie of it to the label is part of what the label names")
    assert found["noise"] == associated(table(codes), [noise])["noise"]


@pytest.mark.parametrize("role", ["mediator", "sensitive"])
def test_accuracy_is_compared_between_the_sides_of_a_mediator_or_sensitive_column_whatever_its_tie(role):
    rng = np.random.default_rng(14)
    woman, codes = hospitals(rng, 600)
    right = rng.random(600) < np.where(woman, 0.6, 0.95)
    sex = column("sex", np.where(woman, "f", "m"))
    assert "agrees" in compared(table(codes), [sex], right)["sex"].why
    sides = compared(table(codes), [replace(sex, role=role)], right)["sex"]
    assert sides.p_value < 0.01
    assert sides.estimate.value == pytest.approx(0.35, abs=0.1)
    assert sides.why.startswith("Images with “m”: 9")
    assert sides.estimate.measure == "accuracy on images with “m” minus with “f”, label held"
    even = compared(table(codes), [replace(sex, role=role)], rng.random(600) < 0.8)["sex"]
    assert even.p_value > 0.01


def test_a_sensitive_column_is_tested_for_a_tie_as_any_other():
    rng = np.random.default_rng(15)
    woman, codes = hospitals(rng, 400)
    plain, sensitive = (associated(table(codes), [column("sex", woman, role)])["sex"] for role in ("", "sensitive"))
    assert plain == sensitive
    assert plain.p_value < 0.01


# --- the whole way ----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    frame = plant(tmp_path / "photos", n=160).drop(columns="planted")
    rng = np.random.default_rng(16)
    upright = frame["label"] == "upright"
    columns = {
        "hospital": np.where(rng.random(160) < 0.8, upright, ~upright).astype(int),
        "sex": rng.choice(["f", "m"], 160),
        "stage": np.where(rng.random(160) < 0.8, upright, ~upright).astype(int),
        "patient": [f"p{i // 2}" for i in range(160)],
        "part": np.where(np.arange(160) % 4, "train", "test"),
        "same": "x",
        "taken": [f"2020-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(160)],
    }
    frame.assign(**columns).to_csv(tmp_path / "m.csv", index=False)
    return tmp_path / "photos"


def test_roles_reach_every_rung_and_stand_in_the_record(folder, tmp_path, stub_network):
    roles = {"nuisance": ("hospital",), "mediator": ("stage",), "sensitive": ("sex",)}
    choices = {"metadata": tmp_path / "m.csv", "group_by": "patient", "jobs": 1, "without": QUICK}
    result = ba.audit(folder, out=tmp_path / "out", **choices, **roles)
    assert {role: result.record.settings[role] for role in roles} == {role: list(of) for role, of in roles.items()}
    rungs = {finding.id: finding.rungs for finding in result.record.findings}
    assert rungs["property-brightness"]["association"].why.startswith("Given hospital, ")
    assert "given" not in rungs["metadata-hospital"]["association"].why.lower()
    assert rungs["metadata-sex"]["association"].why.startswith("Given hospital, ")
    assert "adjusted for hospital" in rungs["metadata-sex"]["reliance"].why
    assert rungs["metadata-stage"]["association"].state == "untested"
    assert rungs["metadata-stage"]["disparity"].estimate.measure.startswith("accuracy on images with")


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"nuisance": ("hospitl",)}, r"--nuisance: .*'hospitl'.*'hospital'"),
        ({"mediator": ("label",)}, "--mediator: .*'label'"),
        ({"nuisance": ("sex",), "sensitive": ("sex",)}, "--sensitive sex: .*--nuisance.*one role"),
        ({"sensitive": ("sex",), "ignore": ("sex",)}, "--sensitive sex: .*--ignore"),
        ({"mediator": ("part",), "split": "part"}, "--mediator part: .*--split"),
        ({"mediator": ("stage",), "without": ("stage",)}, "--mediator stage: .*--without"),
        ({"sensitive": ("sex",), "metadata": None}, "--sensitive sex .*--metadata"),
        ({"nuisance": ("patient",)}, "--nuisance patient: treated as an id.*coarser"),
        ({"nuisance": ("hospital",), "group_by": "hospital"}, "--nuisance hospital: it names the groups.*coarser"),
        ({"nuisance": ("same",)}, "--nuisance same: the same in every image"),
        ({"mediator": ("patient",)}, "--mediator patient: treated as an id.*leave the option out"),
        ({"mediator": ("same",)}, "--mediator same: the same in every image"),
        (
            {"sensitive": ("patient",)},
            "--sensitive patient: it was read as id: 80 values in 160 images.*20 groups at most",
        ),
        ({"sensitive": ("taken",)}, "--sensitive taken: it was read as date, 2020-01-01 to.*--missing"),
        ({"sensitive": ("same",)}, "--sensitive same: the same in every image"),
        ({"sensitive": ("patient",), "group_by": "patient"}, "--sensitive patient: it names the groups"),
        ({"missing": ("f", "unknown")}, "--missing unknown: no column.*spelling"),
        ({"missing": ("p99x",)}, "--missing p99x: no column.*Did you mean 'p9'"),
        ({"missing": ("f",), "metadata": None}, "--missing f needs a table"),
    ],
)
def test_a_role_that_cannot_be_is_a_usage_error(folder, tmp_path, choices, says):
    with pytest.raises(UsageError, match=says):
        ba.audit(folder, out=tmp_path / "out", scan=True, jobs=1, **({"metadata": tmp_path / "m.csv"} | choices))


def test_the_command_line_takes_roles_separated_by_commas(monkeypatch):
    from typer.testing import CliRunner

    from biasaudit import cli

    for command in ("run", "scan"):
        seen = {}
        monkeypatch.setattr(cli, "_audit", lambda *_, seen=seen, **choices: seen.update(choices))
        arguments = [command, "x", "--nuisance", "hospital, camera", "--mediator", "stage", "--sensitive", "sex,age"]
        assert CliRunner().invoke(cli.app, arguments).exit_code == 0
        assert (seen["nuisance"], seen["mediator"], seen["sensitive"]) == (
            ("hospital", "camera"),
            ("stage",),
            ("sex", "age"),
        )


def test_the_command_line_takes_missing_numbers_and_words(monkeypatch):
    from typer.testing import CliRunner

    from biasaudit import cli

    seen = {}
    monkeypatch.setattr(cli, "_audit", lambda *_, **choices: seen.update(choices))
    assert CliRunner().invoke(cli.app, ["scan", "x", "--missing", "-99, k. A."]).exit_code == 0
    assert seen["missing"] == ("-99", "k. A.")


def test_the_finding_names_the_class_and_direction_within_hospitals():
    rng = np.random.default_rng(17)
    hospital, codes = hospitals(rng, 800, share=0.9)
    images = table(codes)
    turned = cue("turned", 3 * hospital - codes + 0.7 * rng.normal(size=800))
    lamp = column("lamp", np.where(rng.random(800) < 0.1 + 0.6 * hospital + 0.25 * (1 - codes), "on", "off"))
    cues = (turned, lamp, column("hospital", hospital, "nuisance"))
    found = {tie.cue.id: tie for tie in ties(images, cues)}
    assert (found["turned"].label, found["turned"].strength > 0.5) == ("c00", True)
    assert (found["lamp"].label, found["lamp"].speaking) in ((("c00", ("on",)), ("c01", ("off",))))
    assert found["turned"].shares[0] > found["turned"].shares[1] + 0.2
    assert tie_in_words(found["turned"]).endswith("of the other images, given hospital")
    crude = {tie.cue.id: tie for tie in ties(images, (turned, lamp, column("hospital", hospital)))}
    assert crude["turned"].label == "c01"


def test_the_class_that_is_tied_within_hospitals_is_the_one_that_the_finding_tells_of():
    rng = np.random.default_rng(18)
    hospital = rng.integers(0, 2, 900)
    codes = np.where(hospital, rng.choice(3, 900, p=[0.8, 0.1, 0.1]), rng.choice(3, 900, p=[0.1, 0.45, 0.45]))
    mark = cue("mark", 3 * hospital + 0.8 * (codes == 2) + rng.normal(size=900))
    for role, label in (("", "c00"), ("nuisance", "c02")):
        cues = (mark, column("hospital", hospital, role))
        assert ties(table(codes), cues)[0].label == label
        assert verdicts(table(codes), cues)["mark"] == "suspect"


def test_a_mediator_is_a_gap_or_untested_and_never_unidentifiable():
    rng = np.random.default_rng(19)
    stage, codes = hospitals(rng, 600)
    cues = (column("stage", stage, "mediator"),)
    for rates, expected in (((0.6, 0.95), "gap"), ((0.8, 0.8), "untested")):
        right = rng.random(600) < np.where(stage, *rates)
        odds = np.where(right, codes, 1 - codes) * 2.0 - 1
        known = ties(table(codes), cues)
        results = [
            *association.function(table(codes), cues, Settings()),
            *disparity.function(table(codes), known, predicted(odds), Settings()),
        ]
        (finding,) = rank(cues, known, results, [], table(codes), predicted(odds), "")
        assert finding.verdict == expected
    same = (column("stage", codes, "mediator"),)
    assert verdicts(table(codes), same) == {"stage": "untested"}
