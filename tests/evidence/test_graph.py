import pytest

from biasaudit.errors import UsageError
from biasaudit.gathering import detect
from biasaudit.registry import Facts, Unavailable, detector, installed
from biasaudit.runtime.progress import Progress
from tests.golden import clear


def test_facts_are_made_once_and_only_when_asked_for():
    made = []

    def doubled(number):
        made.append(number)
        return 2 * number

    facts = Facts({"number": 21}, {"doubled": doubled, "never": lambda: 1 / 0})
    assert facts.call(lambda doubled, number: doubled + number) == 63
    assert facts.get("doubled") == 42
    assert made == [21]


def test_a_fact_that_fails_is_unavailable_to_all_who_need_it():
    facts = Facts({}, {"broken": lambda: 1 / 0, "second": lambda broken: broken})
    for _ in range(2):
        with pytest.raises(Unavailable, match="ZeroDivisionError"):
            facts.get("second")


def test_an_unknown_fact_is_named():
    with pytest.raises(Unavailable, match="embeddings"):
        Facts({}, {}).get("embeddings")


def test_a_finding_that_lacks_rungs_costs_its_detector_and_no_more():
    whole = clear("brightness", 0.5)

    @detector(question="Complete?")
    def complete():
        yield whole

    @detector(question="Half?")
    def half():
        yield whole.model_copy(update={"rungs": {"association": whole.rungs["association"]}})

    results, findings, checks = detect((complete, half), Facts({}, {}), "", Progress(quiet=True))
    assert (results, findings) == ([], [whole])
    assert [check.status for check in checks] == ["ran", "failed"]
    assert "encoding, reliance, disparity" in checks[1].reason


def test_two_parts_with_one_id_are_refused():
    @detector(question="?")
    def same():
        """Rationale."""
        yield

    assert installed("biasaudit.nothing", [same]) == (same,)
    assert same.rationale == "Rationale."
    with pytest.raises(UsageError, match="same"):
        installed("biasaudit.nothing", [same, same])


def test_other_packages_offer_cues_and_detectors_through_entry_points(tmp_path, monkeypatch):
    from biasaudit.cues import BUILTIN

    (tmp_path / "foreign_cue.py").write_text(
        "from biasaudit.cues.cue import cue\n\n\n"
        "@cue(kind='artefact', question='Is it there?', unit='share')\n"
        "def foreign(photo):\n    '''Why it matters.'''\n    return float(photo.rgb.max())\n"
    )
    described = tmp_path / "foreign_cue-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign-cue\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[biasaudit.cues]\nforeign = foreign_cue:foreign\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert [part.id for part in installed("biasaudit.cues", BUILTIN)][-1] == "foreign"
