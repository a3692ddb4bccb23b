"""Columns become groups that a person would choose: words as they stand, numbers in round bands, missing by itself."""

import numpy as np
import pytest

from biasaudit.evidence.subgroups.columns import crossed, edges_of, group_column, says_people, slug
from biasaudit.settings import Settings

PLAIN = Settings()


def column(values, name="sex", settings=PLAIN):
    return group_column(name, np.array(values, dtype=object), settings)


def test_words_stand_as_they_are_and_missing_is_a_group():
    found = column(["f", "m", None, "f", "", "m"] * 10)
    assert found.levels == ("f", "m", "(missing)")
    assert np.bincount(found.codes).tolist() == [20, 20, 20]
    assert found.about_people


def test_ages_are_cut_at_round_years():
    ages = np.random.default_rng(0).integers(18, 91, 500)
    found = column([str(age) for age in ages], "age_approx")
    assert found.levels == ("under 40", "40 to under 60", "60 to under 80", "80 and over")
    assert found.level_of("40") == "40 to under 60"
    assert found.level_of("39.9") == "under 40"
    assert found.cut == "Cut at 40, 60, 80."


@pytest.mark.parametrize("form", ["{:03d}Y", "{} years", "{},0", "{}%"])
def test_ages_are_cut_however_they_are_written_and_missing_is_a_group(form):
    ages = np.random.default_rng(0).integers(18, 91, 500)
    plain = column([str(age) for age in ages], "age")
    found = column([*(form.format(age) for age in ages), *["unknown"] * 20, None], "age")
    assert found.levels == (*plain.levels, "(missing)")
    assert (found.codes[:500] == plain.codes).all()
    assert (found.codes[500:] == 4).all()


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("40,5", "40 to under 60"),
        ("045Y", "40 to under 60"),
        ("40-59", "40 to under 60"),
        ("under 18", "under 40"),
        ("85+", "80 and over"),
        ("60 to under 80", "60 to under 80"),
        ("unknown", "(missing)"),
        ("18-64", "18-64"),
        ("65+", "65+"),
        ("old", "old"),
    ],
)
def test_values_and_bands_of_another_table_find_the_band_that_they_lie_in(text, level):
    ages = np.random.default_rng(0).integers(18, 91, 500)
    assert column([str(age) for age in ages], "age").level_of(text) == level


def test_words_of_the_users_are_missing():
    assert column(["f", "m", "k. A."] * 20, settings=Settings(missing=("k. A.",))).levels == ("f", "m", "(missing)")


@pytest.mark.parametrize("scale", [1e-6, 0.1, 1, 1e5])
def test_any_scale_gives_a_handful_of_bands(scale):
    edges = edges_of(np.random.default_rng(1).normal(5, 2, 400) * scale)
    assert 2 <= len(edges) <= 8


def test_few_numbers_are_levels_in_their_order_and_codes_are_words():
    assert column(["10", "2", "1"] * 20).levels == ("1", "2", "10")
    assert column(["010", "002"] * 20).levels == ("002", "010")


def test_ids_and_constants_group_nothing():
    assert column([str(row) + "x" for row in range(100)]) is None
    assert column(["same"] * 100) is None


@pytest.mark.parametrize("name", ["sex", "patientSex", "age_approx", "Fitzpatrick type", "RACE"])
def test_names_that_are_about_people(name):
    assert says_people(name)


@pytest.mark.parametrize("name", ["stage", "image_id", "hospital", "usage", "ruler"])
def test_names_that_are_not(name):
    assert not says_people(name)


def test_a_declared_column_is_about_people_whatever_its_name():
    assert column(["a", "b"] * 20, "x", Settings(sensitive=("x",))).about_people
    assert not column(["a", "b"] * 20, "x").about_people


def test_those_of_whom_nothing_is_known_do_not_hide_how_two_groups_differ():
    found = column(["f", "m", None] * 20)
    inside, against = found.sides("f")
    assert (inside.sum(), against.sum(), found.against("f")) == (20, 20, "“m”")
    inside, against = found.sides("(missing)")
    assert (inside.sum(), against.sum(), found.against("(missing)")) == (20, 40, "all others")


def test_an_intersection_has_a_level_for_every_pair():
    both = crossed(column(["f", "m"] * 20), column(["a"] * 20 + ["b"] * 20, "race"))
    assert both.levels == ("f, a", "f, b", "m, a", "m, b")
    assert np.bincount(both.codes).tolist() == [10, 10, 10, 10]


def test_two_names_never_become_one_id():
    assert slug("sex") == "sex"
    assert len({slug(name) for name in ("a b", "a-b", "A b", "a_b", "ä", "<b>")}) == 6
