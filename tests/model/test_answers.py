import numpy as np
import pytest

from biasaudit.errors import UsageError
from biasaudit.model.answers import as_rows, check_finite, log_odds_of, output_scale_of, probabilities_of

LOGITS = np.array([[2.0, -1.0, 0.5], [-3.0, 0.0, 1.0]])
SHARES = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)


def test_the_same_answers_as_shares_and_as_logits_are_the_same_odds():
    assert output_scale_of(SHARES, None, "f") == output_scale_of(SHARES, "softmax", "f") == "softmax"
    assert output_scale_of(LOGITS, "linear", "f") == "logits"
    assert np.allclose(log_odds_of(SHARES, "softmax"), log_odds_of(LOGITS, "logits"))
    assert np.allclose(probabilities_of(log_odds_of(LOGITS, "logits")), SHARES)


def test_shares_without_a_name_for_their_activation_are_known_by_their_sums():
    assert output_scale_of(SHARES, "linear", "f") == "softmax"
    assert output_scale_of(SHARES * 0.9, "linear", "f") == "logits"


def test_a_single_output_speaks_for_the_second_class():
    chance = np.array([[0.9], [0.2]])
    odds = log_odds_of(chance, output_scale_of(chance, None, "f"))
    assert np.allclose(odds[:, 1], np.log([9, 0.25]))
    assert np.allclose(odds[:, 0], -odds[:, 1])
    assert np.allclose(probabilities_of(odds)[:, 1], chance[:, 0])


def test_each_class_by_itself_keeps_its_own_odds():
    chances = np.array([[0.9, 0.6, 0.1]])
    assert output_scale_of(chances, "sigmoid", "f") == "sigmoid"
    assert np.allclose(log_odds_of(chances, "sigmoid"), np.log(chances / (1 - chances)))
    assert probabilities_of(log_odds_of(chances, "sigmoid")).sum() == pytest.approx(1)


@pytest.mark.parametrize("scale", ["softmax", "sigmoid", "logits"])
def test_sure_answers_have_finite_odds(scale):
    sure = np.array([[1.0, 0.0]], dtype=np.float32) * (500 if scale == "logits" else 1)
    odds = log_odds_of(sure.astype(np.float64), scale)
    assert np.isfinite(odds).all()
    assert odds[0, 0] > 10 > -10 > odds[0, 1]


def test_the_odds_of_a_sure_answer_are_not_rounded_away():
    """Of p next to 1 the others are known to more digits: 1 - p would be 0 in float32."""
    logits = np.array([[30.0, 0.0]])
    shares = (np.exp(logits - 30) / np.exp(logits - 30).sum()).astype(np.float32)
    assert shares[0, 0] == 1
    assert log_odds_of(shares.astype(np.float64), "softmax")[0, 0] == pytest.approx(30, abs=1e-4)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (np.zeros((4, 3)), "3 answers .* 2 classes \\(a, b\\)"),
        (np.zeros((3, 2)), "shape"),
        (np.zeros((4, 2, 2)), "shape"),
        ([["x", "y"]] * 4, "numbers"),
    ],
)
def test_other_shapes_are_refused(answers, why):
    with pytest.raises(UsageError, match=why):
        as_rows(answers, 4, ("a", "b"), "f")


def test_one_answer_is_too_few_for_three_classes():
    with pytest.raises(UsageError, match="1 answer an image, and there are 3 classes"):
        as_rows(np.zeros(4), 4, ("a", "b", "c"), "f")


def test_what_is_not_finite_is_named_by_its_image():
    with pytest.raises(UsageError, match=r"for b\.jpg"):
        check_finite(np.array([[0.5], [np.inf]]), "f", ("a.jpg", "b.jpg"))


def test_a_softmax_of_one_output_is_refused():
    with pytest.raises(UsageError, match="answers 1 to every image"):
        output_scale_of(np.ones((4, 1)), "softmax", "f")
