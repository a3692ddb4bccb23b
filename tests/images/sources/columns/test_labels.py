"""Labels as columns give them: blanks, spellings, lists, yes and no."""

from __future__ import annotations

import pandas as pd
import pytest

from biasaudit.errors import UsageError
from biasaudit.images.sources.columns.label_column import from_one_hot, label_column, one_hot
from biasaudit.images.sources.columns.labels import as_lists, labels_in
from biasaudit.images.sources.columns.questions import questions
from biasaudit.images.sources.folders.doubts import Doubt
from biasaudit.images.sources.listing import Options


def labels(*values, **choices):
    found = labels_in(pd.Series(values, dtype="str"), "x", **choices)
    return found.values.astype(object).where(found.values.notna(), None).tolist()


def test_a_blank_is_no_label_and_other_words_are():
    assert labels("a", "NA", " n/a", "nan", None, "b", "None", "unknown") == [
        *("a", None, None, None, None, "b", "None", "unknown"),
    ]


def test_spellings_are_joined_with_a_warning_and_letters_are_not():
    column = pd.Series(["Cat", "cat", "Cat ", "CAT", "Cat", "dog", "big  dog", "Big dog"], dtype="str")
    found = labels_in(column, "x")
    assert found.values.tolist() == ["Cat"] * 5 + ["dog", found.values[6], found.values[6]]
    assert len(found.warnings) == 2
    assert labels("a", "A", "b", "B") == ["a", "A", "b", "B"]
    assert labels("1", "1.0", "0", "1") == ["1", "1", "0", "1"]
    codes = ["254637007", "254637008", "1.1", "1.10", "1_0", "10", "12E3", "12000", "inf", "infinity"]
    assert labels(*codes) == codes


def test_lists_need_a_choice():
    column = ["Effusion", "Mass", "Effusion|Mass", "No Finding", "Effusion|Mass"]
    with pytest.raises(UsageError, match=r"'Effusion\|Mass'.*--positive \w+.*--each-label"):
        labels(*column)
    assert labels(*column, positive=("mass",)) == ["not mass", "mass", "mass", "not mass", "mass"]
    assert labels(*column, positive=("Mass",), negative=("No Finding",)) == [None, "Mass", "Mass", "not Mass", "Mass"]


def test_what_looks_like_lists_may_be_one_label_each_and_what_does_not_needs_no_word_for_it():
    column = ["red, round", "red, square", "blue, round", "blue, square"]
    with pytest.raises(UsageError, match="Where each value is one label: --single-label"):
        labels(*column)
    assert labels(*column, single=True) == column
    assert labels(*column, single=True, positive=("Red, round",)) == ["x", "not x", "not x", "not x"]
    with pytest.raises(UsageError, match=r"--single-label: no value of the column 'x' .*no effect"):
        labels("a", "b", single=True)


@pytest.mark.parametrize("value", ["a|b", "a;b", "a, b", "['a', 'b']"])
def test_lists_are_written_in_several_ways(value):
    singles = ["['a']", "['b']"] if value.startswith("[") else ["a", "b"]
    found = as_lists(pd.Series([*singles, value, value], dtype="str"))
    assert found == [("a",), ("b",), ("a", "b"), ("a", "b")]


def test_words_apart_are_a_list_where_each_stands_alone_too():
    found = as_lists(pd.Series(["scab", "rust", "scab rust", "healthy"], dtype="str"))
    assert found == [("scab",), ("rust",), ("scab", "rust"), ("healthy",)]
    assert as_lists(pd.Series(["No Finding", "Finding", "No Finding"], dtype="str")) is None


@pytest.mark.parametrize(
    "values",
    [
        ("Pepper,_bell", "Tomato", "Pepper,_bell"),
        ("Carcinoma, ductal", "Carcinoma, lobular"),
        ("Doe, John", "Roe, Jane"),
        ("a|b", "c|d"),
        ("red; shiny", "blue"),
    ],
)
def test_a_sign_in_a_name_makes_no_list(values):
    assert as_lists(pd.Series(values, dtype="str")) is None


def test_yes_and_no_and_nobody_knows():
    column = ("1.0", "0.0", "-1.0", None, "1")
    assert labels(*column, positive=("1",)) == ["x", "not x", None, None, "x"]
    assert labels(*column, positive=("1", "-1")) == ["x", "not x", "x", None, "x"]
    assert labels(*column, positive=("1",), negative=("0", "blank")) == ["x", "not x", None, "not x", "x"]
    assert labels("1", "-1", "-1", positive=("1",)) == ["x", "not x", "not x"]  # CelebA's no
    for wrong in ({"positive": ("2",)}, {"positive": ("1",), "negative": ("7",)}, {"negative": ("0",)}):
        with pytest.raises(UsageError, match=r"--positive|--negative"):
            labels(*column, **wrong)
    with pytest.raises(UsageError, match="stands in --positive and in --negative"):
        labels(*column, positive=("1",), negative=("1.0",))


def frame(**columns):
    return pd.DataFrame(columns, dtype="str")


NO_FOLDER = pd.Series([None] * 4, dtype="str")
FOLDER = pd.Series(["a", "a", "b", "b"], dtype="str")


def test_which_column_is_the_label():
    assert label_column(frame(Label=[*"xyxy"], dx=[*"xxyy"]), FOLDER, None, None) == "Label"
    assert label_column(frame(dx=[*"xxyy"], sex=[*"mfmf"]), NO_FOLDER, None, None) == "dx"
    assert label_column(frame(sex=[*"mfmf"]), FOLDER, None, None) is None
    assert label_column(frame(diagnosis=[*"pqrr"]), FOLDER, None, None) is None  # a finer name of the class
    assert label_column(frame(sex=[*"mfmf"]), FOLDER, None, "SEX") == "sex"
    assert label_column(frame(class_id=[*"1122"], class_name=[*"xxyy"]), NO_FOLDER, None, None) == "class_name"


@pytest.mark.parametrize(
    ("columns", "folder", "doubt", "says"),
    [
        (
            {"diagnosis": [*"xyxy"]},
            FOLDER,
            None,
            r"'diagnosis' looks like a label.*--label-column diagnosis, or --layout class",
        ),
        ({"dx": [*"xyxy"], "target": [*"1122"]}, NO_FOLDER, None, "look like labels, and differ"),
        (
            {"Befund": [*"xyxy"], "sex": [*"mffm"]},
            NO_FOLDER,
            None,
            r"--label-column Befund.*Befund \(x, y\), sex \(f, m\)",
        ),
        ({"Edema": ["1.0", "-1.0", "0.0", None]}, NO_FOLDER, None, "--label-column Edema --positive 1"),
        ({"sex": [*"mffm"]}, FOLDER, Doubt("The folders are pieces.", "Step."), "The folders are pieces"),
    ],
)
def test_where_nothing_says_it_the_user_is_asked(columns, folder, doubt, says):
    with pytest.raises(UsageError, match=says):
        label_column(frame(**columns), folder, doubt, None)


def test_one_column_a_class():
    rows = frame(MEL=["1.0", "0", "0"], NV=["0", "1", "0"], BCC=["0", "0", "1"], sex=[*"mfm"], seen=[*"110"])
    assert one_hot(rows[["MEL", "NV", "BCC"]]) == ["MEL", "NV", "BCC"]
    assert from_one_hot(rows, ["MEL", "NV", "BCC"]).tolist() == ["MEL", "NV", "BCC"]
    assert one_hot(rows[["MEL", "NV", "BCC", "sex"]]) == []  # sex may be the label as well
    assert one_hot(rows[["MEL", "NV", "BCC", "seen"]]) == []  # in one row two are 1
    assert one_hot(frame(sex_female=[*"101"], sex_male=[*"010"])) == []


def test_each_label_is_asked_about_in_turn(tmp_path):
    file = tmp_path / "m.csv"
    lists = ["A", "B", "A|B", "none", "A|C", "none"]
    frame(path=[*"123456"], label=lists, sex=[*"101010"]).to_csv(file, index=False)
    found = questions(Options(metadata=file))
    assert [(each.column, each.positive) for each in found] == [("label", "A"), ("label", "B"), ("label", "none")]
    frame(path=[*"123456"], age=[*"345678"], Edema=[*"101010"], Mass=["1", "-1", None, "0", "1", "0"]).to_csv(
        file, index=False
    )
    assert [(each.column, each.positive) for each in questions(Options(metadata=file))] == [
        ("Edema", "1"),
        ("Mass", "1"),
    ]
    frame(path=[*"123456"], age=[*"345678"]).to_csv(file, index=False)
    for wrong in (Options(metadata=file), Options(), Options(metadata=file, positive=("1",))):
        with pytest.raises(UsageError, match="--each-label"):
            questions(wrong)


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("Retinopathy grade", [*"0110"], "'Retinopathy grade' looks like a label"),
        ("quality_grade", [*"0110"], ""),
        ("age_category", [*"0110"], ""),
        ("y", [*"0110"], ""),
    ],
)
def test_columns_that_only_end_like_a_label_are_asked_about_where_folders_are_others(column, values, says):
    if says:
        with pytest.raises(UsageError, match=says):
            label_column(frame(**{column: values}), FOLDER, None, None)
    else:
        assert label_column(frame(**{column: values}), FOLDER, None, None) is None
    with pytest.raises(UsageError, match="Name it with --label-column"):
        label_column(frame(**{column: [*"0110"], "disease": [*"abba"]}), NO_FOLDER, None, None)


def test_a_column_that_joins_folders_to_fewer_classes_is_asked_about():
    species = pd.Series([*"abcd"], dtype="str")
    with pytest.raises(UsageError, match="'y' looks like a label"):
        label_column(frame(y=[*"0011"]), species, None, None)
    assert label_column(frame(size=[*"0011"]), species, None, None) is None
