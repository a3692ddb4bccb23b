"""The evidence graph: each fact made once, in order, from what its provider asks for; and what is not to be had."""

import pytest

from biasaudit.detectors import BUILTIN as DETECTORS
from biasaudit.detectors.asking.ask import ask
from biasaudit.detectors.detector import detector
from biasaudit.errors import Unavailable, UsageError
from biasaudit.evidence.gathering import SCAN
from biasaudit.evidence.graph import Graph, evidence
from biasaudit.evidence.providers import BUILTIN, PROVIDERS
from biasaudit.results import RUNGS, Rung, say
from biasaudit.runtime.plugins import installed
from biasaudit.runtime.progress import Progress
from tests.golden import clear

GIVEN = dict.fromkeys(
    ("images", "survey", "cues", "given", "weights_file", "settings", "cache", "checkpoints", "progress"), object()
)
WITH_A_MODEL = {
    "encoding", "reliance", "disparity", "discovery", "slices", "reversal", "content_blind", "attribution", "subgroups",
}  # fmt: skip


def named(name, function):
    function.__name__ = name
    return evidence(function)


def test_facts_are_made_once_and_only_when_asked_for():
    made = []

    @evidence
    def doubled(number):
        made.append(number)
        return 2 * number

    graph = Graph({"number": 21}, [doubled, named("never", lambda: 1 / 0)])
    assert graph.call(lambda doubled, number: doubled + number) == 63
    assert graph.get("doubled") == 42
    assert made == [21]


def test_a_fact_that_fails_is_unavailable_to_all_who_need_it():
    graph = Graph({}, [named("broken", lambda: 1 / 0), named("second", lambda broken: broken)])
    for _ in range(2):
        with pytest.raises(Unavailable, match="broken failed: ZeroDivisionError"):
            graph.get("second")


def test_a_default_means_optional():
    broken = named("broken", lambda: 1 / 0)
    graph = Graph(
        {"there": 1}, [broken, named("either", lambda there=0, broken=2, unheard_of=4: there + broken + unheard_of)]
    )
    assert graph.get("either") == 7


def test_nothing_is_made_that_is_known_to_be_in_vain():
    made = []
    costly = named("costly", lambda: made.append("costly"))
    graph = Graph({}, [costly, named("wanted", lambda costly, backbone: costly)], {"backbone": say("a scan")})
    with pytest.raises(Unavailable, match="a scan"):
        graph.get("wanted")
    assert not made


def test_facts_cannot_be_overwritten():
    number = named("number", lambda: 1)
    for given, providers in (({"number": 0}, [number]), ({}, [number, named("number", lambda: 2)])):
        with pytest.raises(UsageError, match="number"):
            Graph(given, providers)


def test_facts_that_need_each_other_are_refused():
    with pytest.raises(UsageError, match="circle"):
        Graph({}, [named("egg", lambda hen: hen), named("hen", lambda egg=None: egg)])


def test_an_unknown_fact_is_named():
    with pytest.raises(Unavailable, match="embeddings"):
        Graph({}).get("embeddings")


def test_the_built_in_facts_are_whole_and_named_after_their_functions():
    graph = Graph(GIVEN, BUILTIN)
    known = {*GIVEN, "backbone", *(each.__name__ for each in PROVIDERS)}
    for function in (*PROVIDERS, *(each.function for each in DETECTORS)):
        assert graph.closure(function) <= known, function.__name__


def test_what_a_detector_needs_of_a_model_follows_from_its_signature():
    graph = Graph(GIVEN, BUILTIN)
    assert {each.id for each in DETECTORS if "predictions" in graph.closure(each.function)} == WITH_A_MODEL


@detector(question="Does it see the model?")
def of_the_model(predictions):
    yield predictions.log_odds


@detector(question="Does it need what nobody makes?")
def of_nothing(no_such_fact):
    yield no_such_fact


def test_a_foreign_detector_in_a_scan_is_skipped_with_the_reason():
    answers = ask((of_the_model, of_nothing), Graph(GIVEN, BUILTIN, {"backbone": SCAN}), Progress(quiet=True))
    assert [check.status for check in answers.checks] == ["skipped", "skipped"]
    assert "scan of the data" in answers.checks[0].reason
    assert "no_such_fact" in answers.checks[1].reason


def test_a_foreign_detector_after_a_fit_that_failed_is_skipped_with_the_reason():
    def fitted():
        raise RuntimeError("the loss became NaN")

    others = [each for each in BUILTIN if each.id != "fitted"]
    answers = ask((of_the_model,), Graph(GIVEN, [*others, evidence(fitted)]), Progress(quiet=True))
    assert [check.status for check in answers.checks] == ["skipped"]
    assert "the loss became NaN" in answers.checks[0].reason


def test_a_finding_that_lacks_rungs_costs_its_detector_and_no_more():
    whole = clear("brightness", 0.5)

    @detector(question="Complete?")
    def complete():
        yield whole

    @detector(question="Half?")
    def half():
        yield whole.model_copy(update={"rungs": {"association": whole.rungs["association"]}})

    answers = ask((complete, half), Graph({}), Progress(quiet=True))
    assert (answers.results, [(each.id, each.detector) for each in answers.findings]) == ((), [(whole.id, "complete")])
    assert [check.status for check in answers.checks] == ["ran", "failed"]
    assert "encoding, reliance, disparity" in answers.checks[1].reason


def test_a_detector_that_says_nothing_tells_why_and_one_that_makes_no_test_says_so():
    @detector(question="Anything?", silence="nothing to test: no column")
    def silent():
        yield from ()

    @detector(question="How many?")
    def counting():
        whole = clear("brightness", 0.5)
        yield whole.model_copy(update={"rungs": {name: Rung(state="untested", why=say("No.")) for name in RUNGS}})

    answers = ask((silent, counting), Graph({}), Progress(quiet=True))
    assert [check.reason for check in answers.checks] == ["nothing to test: no column", "counts, and makes no test"]


def test_every_builtin_detector_that_may_say_nothing_tells_why():
    always = {"association", "encoding", "reliance", "disparity", "content_blind", "properties_together", "slices"}
    assert [each.id for each in DETECTORS if not each.silence and each.id not in always] == []


def test_two_parts_with_one_id_are_refused():
    @detector(question="?")
    def same():
        """Rationale."""
        yield

    assert installed("biasaudit.nothing", [same]) == (same,)
    assert same.rationale == "Rationale."
    with pytest.raises(UsageError, match="same"):
        installed("biasaudit.nothing", [same, same])
