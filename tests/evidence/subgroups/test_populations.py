"""A planted fault of a population is found under its name, and its fair twin is left in peace: whole audits."""

import numpy as np
import pytest

import biasaudit as ba
from biasaudit.errors import UsageError
from tests.benchmarks import populations


@pytest.fixture(autouse=True)
def stand_in(stub_network, monkeypatch):
    """The network beside the given model is not asked anything here."""


FAULTS = [pytest.param(each, marks=[pytest.mark.slow] * (each == "intersection")) for each in populations.FAULTS]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_planted_fault_is_found(fault):
    assert populations.is_found(fault, populations.audited(fault, seed=5))


def test_the_fair_twin_is_left_in_peace():
    assert populations.audited(None, seed=6) == []


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people") / "images"
    return folder, populations.draw("mislabelled", 1, folder, n=400)


@pytest.fixture(scope="module")
def some_people(tmp_path_factory):
    """Enough to be read, where nothing is asked about them."""
    folder = tmp_path_factory.mktemp("some people") / "images"
    return folder, populations.draw("mislabelled", 1, folder, n=40)


def scan(people, tmp_path, **choices):
    folder, table = people
    without = tuple(each for each in populations.WITHOUT if each not in ("discovery", "slices"))
    return ba.audit(folder, metadata=table, out=tmp_path, scan=True, jobs=1, without=without, **choices)


def finding(result, id):
    return next(each for each in result.record.findings if each.id == id)


def test_a_scan_counts_people_and_judges_no_model(people, tmp_path):
    result = scan(people, tmp_path)
    sex = next(each for each in result.record.subgroups if each.column == "sex")
    assert sum(group.images for group in sex.groups) == 400
    assert sum(group.share.value for group in sex.groups) == pytest.approx(1)
    assert not sex.differences
    assert not [each for each in result.record.findings if each.kind == "subgroup"]
    page = (tmp_path / "report.html").read_text()
    assert "Who is in the data." in page


def test_a_reference_population_shows_who_is_missing(people, tmp_path):
    reference = tmp_path / "reference.csv"
    reference.write_text("column,level,share\nsex,female,60\nsex,male,30\nsex,other,10\n")
    result = scan(people, tmp_path / "out", reference=reference)
    found = finding(result, "representation-sex")
    assert found.verdict == "gap"
    assert "“other” is in the population and in no image" in found.title
    fair = tmp_path / "fair.csv"
    fair.write_text("sex,count\nfemale,51\nmale,49\n")
    assert finding(scan(people, tmp_path / "fair", reference=fair), "representation-sex").verdict == "clear"


def test_a_reference_of_people_is_cut_as_the_images_are(people, tmp_path):
    reference = tmp_path / "people.csv"
    reference.write_text("age\n" + "\n".join(["30"] * 50 + ["70"] * 50))
    result = scan(people, tmp_path / "out", reference=reference)
    age = next(each for each in result.record.subgroups if each.column == "age")
    shares = {group.name: group.reference for group in age.groups}
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares.values()) == 0.5


def test_a_reference_in_other_words_is_understood(people, tmp_path):
    reference = tmp_path / "reference.csv"
    reference.write_text("column,level,share\nsex,F,51\nsex,M,49\n")
    result = scan(people, tmp_path / "out", reference=reference)
    assert finding(result, "representation-sex").verdict == "clear"
    sex = next(each for each in result.record.subgroups if each.column == "sex")
    assert {group.name: group.reference for group in sex.groups} == {"female": 0.51, "male": 0.49}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("column,level,share\nsex,female,many\n", "line 2"),
        ("column,level,share\nsex,female,-1\n", "line 2"),
        ("column,level,share\nstage,early,1\n", "stage"),
        ("column,level,share\nsex,female,0\n", "add up to 0"),
        ("column,level,share\nsex,1,50\nsex,2,50\n", "no image has '1', '2'.*'female', 'male'"),
        ("column,level,share\nsex,women,50\nsex,boys,50\n", "no image has 'boys'.*'male'"),
        ("column,level,share\nage,18-64,70\nage,65+,30\n", "'18-64', '65.'.*one row a person"),
        ("column,level,share\nsex,female,50\nsex,male,50\nstage,early,1\n", "stage"),
        ("", "cannot read"),
    ],
)
def test_a_reference_that_cannot_be_used_is_told_before_anything_runs(some_people, tmp_path, text, word):
    reference = tmp_path / "reference.csv"
    reference.write_text(text)
    with pytest.raises(UsageError, match=word):
        scan(some_people, tmp_path / "out", reference=reference)


def test_a_tie_to_the_label_is_told_with_its_interval_and_vanishes_within_hospitals(tmp_path):
    rng = np.random.default_rng(0)
    folder = tmp_path / "images"
    table = populations.draw(None, 2, folder, n=800)
    rows = table.read_text().splitlines()
    ill = np.array([row.startswith("yes") for row in rows[1:]])
    hospital = np.where(rng.random(800) < np.where(ill, 0.8, 0.2), "north wing", "south wing")
    sex = np.where(rng.random(800) < np.where(hospital == "north wing", 0.75, 0.25), "female", "male")
    names = [row.split(",")[0] for row in rows[1:]]
    lines = [f"{name},{s},{h}" for name, s, h in zip(names, sex, hospital, strict=True)]
    table.write_text("\n".join(["path,sex,ward", *lines]))
    tied = finding(scan((folder, table), tmp_path / "crude"), "representation-sex-by-class")
    assert tied.verdict == "suspect"
    estimate = tied.rungs["association"].estimate
    shares = [ill[sex == each].mean() for each in ("female", "male")]
    assert abs(estimate.value) == pytest.approx(abs(shares[0] - shares[1]), abs=1e-9)
    held = finding(scan((folder, table), tmp_path / "held", nuisance=("ward",)), "representation-sex-by-class")
    assert held.verdict == "clear"
    assert "Within the declared columns" in held.rungs["association"].why
