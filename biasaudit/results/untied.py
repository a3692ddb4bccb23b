"""How well the model would do where the leading causes and the label are independent."""

from __future__ import annotations

from biasaudit.results.base import CueName, Estimate, Record
from biasaudit.results.sentences import NOTHING, Sentence


class Untied(Record):
    """Figures of images weighted so that no side of a cause goes with a class, each side having half of the weight."""

    causes: tuple[CueName, ...]
    auc: Estimate | None = None
    """The class that a cause goes with against the rest, mean over such classes; None where it cannot be told."""
    naive_auc: float
    """The same of the images as they are."""
    balanced_accuracy: float | None = None
    """0 to 1: mean of the shares called rightly of that class and of the rest."""
    naive_balanced_accuracy: float
    worst_cell: Sentence = NOTHING
    """The label and side that is called rightly least often: "malignant without the ruler: 17% called rightly, of 10
    images"."""
    worst: Estimate | None = None
    """The share of its images that are called rightly."""
    effective_n: int = 0
    """How many images of equal weight would tell as much."""
    apart: int
    """Images in which a cause and the label part."""
    in_doubt: int = 0
    """Images left out, since its measure does not tell surely whether they show the cause."""
    why: Sentence = NOTHING
    """Why it cannot be told; NOTHING where it can."""
