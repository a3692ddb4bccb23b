"""Whatever a column holds it is read, and a number is read back in every form that it can be written in."""

import string

import numpy as np
import pytest

pytest.importorskip("hypothesis", reason="needs hypothesis")

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from biasaudit.evidence.named.metadata_cues import metadata_cues
from biasaudit.images.values import read_values
from biasaudit.images.values.spans import number_of, span_of
from biasaudit.images.values.spellings import matched

ANY = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
SIGNS = string.digits + " .,:;-+/<>=~%()[]eEYMWDmkgTZ'’_−\u00a0\u202f٣½"
CELL = some.one_of(
    some.none(),
    some.text(max_size=12),
    some.text(alphabet=SIGNS, max_size=20),
    some.sampled_from(["NA", "unknown", "-1", "999", "2018-01-03", "85+", "058Y", "DERM-1", "1,234"]),
)


@ANY
@given(some.lists(CELL, max_size=40))
def test_any_column_is_read(cells):
    text = np.array(cells, dtype=object)
    values = read_values(text)
    n = len(cells)
    assert values.numbers.shape == values.levels.shape == values.missing.shape == (n,)
    assert (values.missing == np.array([level is None for level in values.levels], dtype=bool)).all()
    assert not np.isinf(values.numbers).any()
    assert not np.isfinite(values.numbers[values.missing]).any()
    assert values.how
    assert all(part.text.shape == (n,) for part in values.parts)
    if n:
        column, *parts = metadata_cues("x", text, np.arange(n) % 2)
        assert all(cue.levels.shape == (n,) for cue in (column, *parts))


@ANY
@given(some.text(alphabet=SIGNS, max_size=20), some.lists(some.text(max_size=6), max_size=5))
def test_any_text_is_a_band_or_none_and_a_level_or_none(text, levels):
    assert isinstance(number_of(text), float)
    assert (reach := span_of(text)) is None or reach[0] < reach[1]
    assert matched(text, levels) in (None, *levels)


def grouped(number, sign):
    return f"{number:,}".replace(",", sign)


FORMS = {
    "plain": (lambda n: f"{n / 100:.2f}", 100),
    "decimal comma": (lambda n: f"{n / 100:.2f}".replace(".", ","), 100),
    "unit": (lambda n: f"{n / 100:.2f} mm", 100),
    "unit and comma": (lambda n: f"{n / 100:.2f}cm".replace(".", ","), 100),
    "percent": (lambda n: f"{n / 100:.2f}%", 100),
    "thousands and point": (lambda n: grouped(n, ",") + ".25", None),
    "thousands and comma": (lambda n: grouped(n, ".") + ",25", None),
    "thousands and blanks": (lambda n: grouped(n, " ") + ".25", None),
    "thousands of Switzerland": (lambda n: grouped(n, "’") + ".25", None),
    "years": (lambda n: f"{n:03d}Y", 1),
    "at least": (lambda n: f"≥ {n / 100:.2f}", 100),
    "and more": (lambda n: f"{n / 100:.2f}+", 100),
    "exponent": (lambda n: f"{n}e-2", 100),
}


@pytest.mark.parametrize("name", FORMS)
@ANY
@given(numbers=some.lists(some.integers(1, 10_000_000), min_size=2, max_size=60))
def test_a_number_is_read_back_in_every_form(name, numbers):
    form, by = FORMS[name]
    values = read_values(np.array([form(number) for number in numbers], dtype=object))
    told = [number / by if by else number + 0.25 for number in numbers]
    known = ~values.missing  # 999 may stand apart from all others
    assert values.kind == "number"
    assert values.numbers[known] == pytest.approx(np.array(told)[known])
    assert known.mean() > 0.5
