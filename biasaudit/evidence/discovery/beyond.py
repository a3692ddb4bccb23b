"""Whether anything but a pattern tells its class: what alone does so may well be the subject.

In drawings of circles and squares the circle is as sharp, as plain and as unchanged as a stamp. But with a stamp there
is a subject beside it, and a model that tells the class from the stamp tells it better than the stamp does.
"""

from __future__ import annotations

import numpy as np

from biasaudit.evidence.discovery.fixed_places import FixedPlace
from biasaudit.evidence.discovery.patterns import Pattern, showing_most
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.stats import stratified_auc
from biasaudit.stats.intervals import area_under_curve

LEAST = 0.55
"""AUC, among images alike in the pattern, from which something else tells the class."""
ALL_BUT_ALL = 0.95
"""AUC from which a pattern is in nearly all images of its class and in hardly another, as the subject is: a hand that
makes a sign before a wall recurs as little changed as a stamp."""
COMMON = 0.45
"""Share of the other images from which a pattern is part of what all pictures show, more of it in one class."""
IN_MOST = 0.6
"""The same wherever it lies: the margin that a ruler leaves free is at the edge, and in most pictures."""
EDGE = 0.15
"""Distance from the nearest edge, as a share of the side, up to which a place is one where no subject is put."""


def something_else_tells(tie: Tie, images: ImageTable, predictions: Predictions) -> bool:
    """Whether the model tells the pattern's class among images that have it, and among those that do not."""
    rows = np.flatnonzero(tie.known & predictions.judged)
    odds = predictions.log_odds[rows, images.classes.index(tie.label)]
    positive, present = tie.positive[rows], tie.present[rows].astype(int)
    area = float(stratified_auc(odds, positive, present, np.ones((1, len(rows)), dtype=np.int32))[0])
    if not np.isfinite(area):
        return False
    # Only the images of the rarer label on each side of the pattern say something.
    conflicts = [int(min(positive[present == side].sum(), (~positive[present == side]).sum())) for side in (0, 1)]
    return area >= LEAST and area_under_curve(area, max(sum(conflicts), 1), len(rows) - sum(conflicts)).low > 0.5


def goes_as_a_subject(tie: Tie, pattern: Pattern | FixedPlace) -> bool:
    """Whether a pattern goes with its class as only the subject, or a mark in every image of it, would, or is common in
    the others too, as what belongs to all subjects is. What lies at the edge of the pictures is no subject; but what
    most pictures have there, and an empty corner that many have, is what subjects leave free."""
    common = tie.shares[1] > COMMON
    if tie.shares[1] > IN_MOST or (common and pattern.empty):
        return True
    return (common or tie.strength >= 2 * ALL_BUT_ALL - 1) and not _at_edge(tie, pattern)


def _at_edge(tie: Tie, pattern: Pattern | FixedPlace) -> bool:
    values = np.where(tie.positive, np.nan_to_num(tie.signal, nan=-np.inf), -np.inf)
    rows = showing_most(values)
    if not rows:
        return False
    left, upper, right, lower = np.array([pattern.box(row) for row in rows]).T
    across, down = (left + right) / 2, (upper + lower) / 2
    return float(np.median(np.minimum.reduce([across, 1 - across, down, 1 - down]))) < EDGE
