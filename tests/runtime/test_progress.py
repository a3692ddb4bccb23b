"""No minute in silence: work that goes on says so, where each line stands alone as well as where there is a bar."""

import io
import time

import pytest

from biasaudit.runtime import progress
from biasaudit.runtime.progress import Progress


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0.05)


def test_a_long_step_says_that_it_goes_on_and_a_short_one_does_not(impatient, capsys):
    with Progress().step("Thinking"):
        time.sleep(0.4)
    lines = capsys.readouterr().err.splitlines()
    assert sum("so far" in line for line in lines) >= 2
    assert lines[-1].endswith("Thinking: 0.4 s")
    with Progress().step("Blinking"):
        pass
    assert "so far" not in capsys.readouterr().err


def test_a_step_that_fails_is_not_waited_for(impatient, capsys):
    with pytest.raises(ValueError, match="no"), Progress().step("Thinking"):
        raise ValueError("no")
    capsys.readouterr()
    time.sleep(0.2)
    assert capsys.readouterr().err == ""


def test_items_say_how_far_they_are_and_what_each_is_worth(impatient, capsys):
    for item in Progress().track([[0] * 10, [0] * 30], "Counting", 40, len):
        time.sleep(0.1 if len(item) == 10 else 0)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("] ")[1] for line in lines] == ["Counting ...", "Counting: 25%"]


def test_a_quiet_one_says_nothing(impatient, capsys):
    with Progress(quiet=True).step("Thinking"):
        assert list(Progress(quiet=True).track([1, 2], "Counting", 2)) == [1, 2]
        time.sleep(0.1)
    assert capsys.readouterr().err == ""


def test_on_a_terminal_there_is_a_bar(monkeypatch):
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr("sys.stderr", screen)
    assert list(Progress().track(range(3), "Counting", 3)) == [0, 1, 2]
    assert "Counting" in screen.getvalue()
