"""Whether anything but a pattern tells its class: what alone does so may well be the subject.

In drawings of circles and squares the circle is as sharp, as plain and as unchanged as a stamp. But with a stamp there
is a subject beside it, and a model that tells the class from the stamp tells it better than the stamp does.
"""

from __future__ import annotations

import numpy as np

from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.stats import stratified_auc
from biasaudit.stats.intervals import area_under_curve

LEAST = 0.55
"""AUC, among images alike in the pattern, from which something else tells the class."""


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
