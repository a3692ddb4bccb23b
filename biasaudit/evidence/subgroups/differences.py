"""A group against all other images: the differences and ratios that fairness has names for.

Each has an interval from those of its two sides (Newcombe 1998), and the p-value that belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scipy.stats import norm

from biasaudit.evidence.subgroups.figures import Answers, intervals_of, of_class, within_classes
from biasaudit.results import Difference, Estimate, Figure, Name, Sentence, joined, say
from biasaudit.stats.intervals import LEVEL, Interval, difference, ratio

WITHIN_CLASSES = "equal accuracy within each class"
NAMED = {
    "demographic parity": say("selection rate"),
    "equal opportunity": say("sensitivity"),
    "predictive parity": say("precision"),
    "equal AUC": say("AUC"),
    "equal Brier score": say("Brier score"),
}
"""What fairness calls a figure that is equal in all groups."""
ODDS = (say("sensitivity"), say("false positive rate"))
LARGER_OF_TWO = 0.97
"""Level of the interval of the larger of two differences: where both are alike, either may be shown, and each must
hold more often (0.97 squared is 0.94)."""


def difference_within_classes(
    group: str, against: Sentence, inside: Answers, outside: Answers, codes: Sequence[int]
) -> Difference:
    """The accuracy within each of some classes, averaged: a group is not worse for having more of the harder class."""
    figure = say("balanced accuracy")
    if len(codes) < len(inside.classes):
        classes = joined(Name("label", inside.classes[code]) for code in codes)
        figure = say("{figure} over {classes}", figure=figure, classes=classes)
    mine, theirs = within_classes(inside, codes), within_classes(outside, codes)
    return _one(group, against, WITHIN_CLASSES, figure, mine, theirs)


def differences_of(group: str, against: Sentence, inside: Answers, outside: Answers) -> Iterator[Difference]:
    """Every other difference between a group and the rest that both have the images for; q-values come later."""
    mine, theirs = intervals_of(inside), intervals_of(outside)
    names = [("equal accuracy", say("accuracy"))]
    for code in inside.positive:
        names += [(called, of_class(figure, inside.classes[code])) for called, figure in NAMED.items()]
    for called, figure in names:
        if figure in mine and figure in theirs:
            yield _one(group, against, called, figure, mine[figure], theirs[figure])
    for code in inside.positive:
        odds = [of_class(figure, inside.classes[code]) for figure in ODDS]
        if all(figure in mine and figure in theirs for figure in odds):
            both = [
                _one(group, against, "equalised odds", each, mine[each], theirs[each], LARGER_OF_TWO) for each in odds
            ]
            yield max(both, key=lambda each: abs(each.difference.value))


def _one(
    group: str,
    against: Sentence,
    called: str,
    figure: Sentence,
    mine: tuple[Interval, int],
    theirs: tuple[Interval, int],
    level: float = LEVEL,
) -> Difference:
    (one, n), (other, n_rest) = mine, theirs
    found = difference(one, other)
    over = ratio(one, other)
    wider = norm.ppf((1 + level) / 2) / norm.ppf((1 + LEVEL) / 2)
    estimate = Estimate(
        measure=say("{figure}: “{group}” less {against}", figure=figure, group=Name("value", group), against=against),
        value=found.value,
        low=max(-1.0, found.value - wider * (found.value - found.low)),
        high=min(1.0, found.value + wider * (found.high - found.value)),
        null=0.0,
        limit=-1.0 if found.value < 0 else 1.0,
        n=n + n_rest,
    )
    return Difference(
        group=group,
        called=called,
        figure=str(figure),
        value=Figure(value=one.value, low=one.low, high=one.high, n=n),
        rest=Figure(value=other.value, low=other.low, high=other.high, n=n_rest),
        difference=estimate,
        ratio=Figure(value=over.value, low=over.low, high=over.high, n=n + n_rest) if over else None,
        p_value=min(1.0, (1 + (level > LEVEL)) * p_of(found)),
    )


def p_of(found: Interval) -> float:
    """The two-sided p-value of "no difference" that goes with a 95% interval: below 0.05 where it leaves out 0."""
    reach = found.value - found.low if found.value > 0 else found.high - found.value
    if reach <= 0:
        return 1.0 if found.value == 0 else 0.0
    return float(2 * norm.sf(norm.ppf((1 + LEVEL) / 2) * abs(found.value) / reach))
