"""Columns as cues: what a table writes in another way is tied as the plain column is, and its innocent twin is not."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from biasaudit.conclude.ranking import rank
from biasaudit.conclude.wording import headline
from biasaudit.detectors import association
from biasaudit.evidence.named.known_cues import cues_of_columns
from biasaudit.evidence.named.metadata_cues import metadata_cue, metadata_cues
from biasaudit.evidence.ties import ties
from biasaudit.images.table import ImageTable
from biasaudit.settings import Settings

N = 120
CODES = np.arange(N) % 2
FOUND = ("suspect", "unidentifiable")


def table(**columns):
    ids = [f"{row:04}" for row in range(N)]
    told = {f"meta_{name}": np.array(cells, dtype=object) for name, cells in columns.items()}
    frame = pd.DataFrame(
        {"id": ids, "label": np.where(CODES, "malignant", "benign"), "split": None, "group": ids, **told}
    )
    return ImageTable(root=None, frame=frame, metadata_columns=tuple(columns))


def findings(settings=None, **columns):
    settings, images = settings or Settings(), table(**columns)
    cues = tuple(cues_of_columns(images, settings))
    results = list(association.function(images, cues, settings))
    return rank(cues, ties(images, cues), results, [], images, None, "A scan trains no model.")


def verdicts(settings=None, **columns):
    return {finding.cue: finding.verdict for finding in findings(settings, **columns)}


def ages(codes, seed=0):
    return np.random.default_rng(seed).normal(40 + 25 * codes, 6)


def missing_tenth(cells, word):
    return [word if row % 10 == row // 10 % 10 else cell for row, cell in enumerate(cells)]


def numbers(seed=0):
    return np.random.default_rng(seed).permutation(np.arange(10_000, 10_000 + N))


FORMS = {
    "plain": lambda codes: [f"{age:.1f}" for age in ages(codes)],
    "unknown": lambda codes: missing_tenth([f"{age:.1f}" for age in ages(codes)], "unknown"),
    "DICOM": lambda codes: [f"{age:03.0f}Y" for age in ages(codes)],
    "decimal comma": lambda codes: [f"{age:.2f}".replace(".", ",") for age in ages(codes)],
    "percent": lambda codes: [f"{age:.1f} %" for age in ages(codes)],
    "open above": lambda codes: ["70+" if age >= 70 else f"{age:.1f}" for age in ages(codes)],
    "-1": lambda codes: missing_tenth([f"{age:.1f}" for age in ages(codes)], "-1"),
    "date": lambda codes: [(date(2018, 1, 1) + timedelta(20 * int(age))).isoformat() for age in ages(codes)],
    "day first": lambda codes: [f"{date(2018, 1, 1) + timedelta(20 * int(age)):%d/%m/%Y}" for age in ages(codes)],
    "DICOM date": lambda codes: [f"{date(2018, 1, 1) + timedelta(20 * int(age)):%Y%m%d}" for age in ages(codes)],
    "time of day": lambda codes: [f"{int(age) // 5:02}:{int(age) % 60:02}" for age in ages(codes)],
}


@pytest.mark.parametrize("name", FORMS)
def test_a_column_is_tied_however_it_is_written_and_its_twin_is_not(name):
    assert verdicts(column=FORMS[name](CODES))["column"] in FOUND
    shuffled = np.random.default_rng(7).permutation(CODES)
    assert not {*FOUND, "untested"} & set(verdicts(column=FORMS[name](shuffled)).values())


@pytest.mark.parametrize(
    ("part", "form"),
    [
        ("beginning", lambda codes: [f"{'ONC' if c else 'DERM'}-{n}" for c, n in zip(codes, numbers(), strict=True)]),
        ("ending", lambda codes: [f"{n}_{'b' if c else 'a'}" for c, n in zip(codes, numbers(), strict=True)]),
        ("pattern", lambda codes: [f"{'k' if c else 'k-t-'}{n}" for c, n in zip(codes, numbers(), strict=True)]),
        ("number", lambda codes: [f"case{row + 500 * c}" for row, c in enumerate(codes)]),
    ],
)
def test_an_id_is_tied_by_what_stands_in_it_and_its_twin_is_not(part, form):
    shuffled = np.random.default_rng(7).permutation(CODES)
    for codes, tied in ((CODES, True), (shuffled, False)):
        found = verdicts(accession=form(codes))
        assert (found[f"accession ({part})"] in FOUND) == tied
        assert found["accession"] == "untested"
        assert {name for name, verdict in found.items() if verdict in FOUND} <= {f"accession ({part})"}


@pytest.mark.parametrize(
    ("part", "moment"),
    [
        ("hour", lambda any, code: f"2020-03-{1 + any % 28:02} {8 + 6 * code + any % 4:02}:15"),
        ("weekday", lambda any, code: f"{date(2020, 1, 6) + timedelta(7 * (any % 50) + 2 * code + any % 2)}"),
        ("year", lambda any, code: f"{2010 + 2 * (any % 4) + code}-{1 + any % 12:02}-01"),
    ],
)
def test_what_a_date_says_beside_its_time_is_tied(part, moment):
    shuffled = np.random.default_rng(7).permutation(CODES)
    for codes, tied in ((CODES, True), (shuffled, False)):
        found = verdicts(taken=list(map(moment, numbers().tolist(), codes.tolist())))
        assert (found[f"taken ({part})"] in FOUND) == tied


def test_what_a_part_says_again_is_not_asked_again():
    days = [
        f"{date(2018 + 2 * code, 1, 1) + timedelta(int(n) % 300)}" for code, n in zip(CODES, numbers(), strict=True)
    ]
    assert "taken (year)" not in verdicts(taken=days)


def test_an_id_that_bears_the_name_of_its_class_is_no_tie():
    found = verdicts(image=[f"{'malignant' if c else 'benign'}_{n}" for c, n in zip(CODES, numbers(), strict=True)])
    assert found == {"image": "untested", "image (number)": "clear"}


def test_a_part_takes_no_name_of_a_column():
    ids = [f"{'ONC' if c else 'DERM'}-{n}" for c, n in zip(CODES, numbers(), strict=True)]
    names = [cue.id for cue in cues_of_columns(table(**{"x": ids, "x (beginning)": CODES.astype(str)}), Settings())]
    assert names == ["x", "x (number)", "x (beginning)"]


def test_an_id_says_what_is_compared_in_its_place():
    cues = metadata_cues("x", np.array([f"{'AB'[row % 2]}-{row}" for row in range(N)], dtype=object), CODES)
    assert (
        cues[0].untestable
        == "treated as an id: 120 values in 120 images; its beginning and number are compared instead"
    )


def test_a_column_that_is_held_fixed_or_part_of_the_label_has_no_parts():
    days = [f"2020-{1 + row % 12:02}-{1 + row % 28:02} {row % 24:02}:00" for row in range(N)]
    assert len(verdicts(taken=days)) > 1
    for role in ("nuisance", "mediator"):
        assert list(verdicts(Settings(**{role: ("taken",)}), taken=days)) == ["taken"]


def test_missingness_in_one_class_is_tied_whatever_it_is_called():
    values = [f"{age:.1f}" for age in ages(np.zeros(N))]
    for word in ("", "unknown", "-1", "999"):
        some = [
            word if code and row % 3 else value for row, (code, value) in enumerate(zip(CODES, values, strict=True))
        ]
        assert verdicts(column=some)["column"] in FOUND
    assert verdicts(column=values)["column"] == "clear"


def test_few_numbers_stand_as_they_are_where_each_has_images_enough_else_they_are_cut():
    few = np.array([str(row % 6) for row in range(N)], dtype=object)
    assert set(metadata_cue("grade", few).levels) == set("012345")
    cut = metadata_cue("grade", few[:20])
    assert not cut.untestable
    assert len(set(cut.levels)) == 4
    assert metadata_cue("grade", np.array(list("abcdef"), dtype=object)[np.arange(20) % 6]).untestable


def test_a_word_of_the_users_is_missing_in_every_column():
    cells = missing_tenth(list("abcd") * (N // 4), "k. A.")
    (plain,) = cues_of_columns(table(x=cells), Settings())
    (told,) = cues_of_columns(table(x=cells), Settings(missing=("k. A.",)))
    assert "k. A." in set(plain.levels)
    assert set(told.levels) == {"a", "b", "c", "d", "(missing)"}


def test_columns_that_were_not_compared_are_named_where_nothing_was_found():
    rng = np.random.default_rng(0)
    codes = [rng.bytes(12).hex() for _ in range(N)]
    quiet = rng.choice(["x", "y"], N)
    told = headline(findings(uid=codes, site=quiet), (), None)
    assert told.endswith("beside each question. Not compared with it: the column “uid”.")
    assert ("column", "uid") in {(name.kind, name.text) for name in told.names()}
    assert "Not compared" not in headline(findings(site=quiet), (), None)
    assert "Not compared" not in headline(findings(accession=[f"A{n}" for n in numbers()], site=quiet), (), None)
    many = {f"uid{n}": [rng.bytes(12).hex() for _ in range(N)] for n in range(6)}
    assert headline(findings(site=quiet, **many), (), None).endswith("“uid2”, “uid3” and 2 more.")


def test_a_mediator_is_not_among_the_columns_that_were_not_compared():
    rng = np.random.default_rng(0)
    stage, site = rng.choice(["1", "2"], N), rng.choice(["x", "y"], N)
    found = findings(Settings(mediator=("stage",)), stage=stage, site=site)
    assert "Not compared" not in headline(found, (), None, mediators=("stage",))


def test_findings_on_one_column_and_its_parts_are_one_story():
    first = datetime(2020, 1, 1, 9)
    days = [
        str(first + timedelta(days=n % 300 + 100 * code, hours=n % 4 + 3 * code))
        for n, code in zip(numbers().tolist(), CODES.tolist(), strict=True)
    ]
    told = [finding for finding in findings(taken=days) if finding.verdict in FOUND]
    assert len(told) > 1
    assert [finding.leads for finding in told] == [True] + [False] * (len(told) - 1)


@pytest.mark.parametrize("n", [12, 16, 24])
@pytest.mark.parametrize("lost", [0, 1, 4])
def test_measures_of_few_images_are_no_id_however_many_are_missing(n, lost):
    cells = ["unknown" if row < lost else f"{20 + 30 * (row % 2) + 7 * row % 30}" for row in range(n)]
    cue = metadata_cue("age", np.array(cells, dtype=object))
    assert not cue.untestable
    assert len(set(cue.levels)) - bool(lost) <= max(2, (n - lost) // 5)
    word = metadata_cue("name", np.array([f"{row % 7} Mary Street {row}" for row in range(n)], dtype=object))
    assert "id" in word.untestable
