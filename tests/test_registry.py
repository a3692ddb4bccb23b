import pytest

from biasaudit.errors import UsageError
from biasaudit.registry import Facts, Unavailable, detector, installed


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


def test_two_parts_with_one_id_are_refused():
    @detector(question="?")
    def same():
        """Rationale."""
        yield

    assert installed("biasaudit.nothing", [same]) == (same,)
    assert same.rationale == "Rationale."
    with pytest.raises(UsageError, match="same"):
        installed("biasaudit.nothing", [same, same])
