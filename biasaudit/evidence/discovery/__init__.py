"""Shortcuts that nobody has named: patterns that recur in the images of one class, found without knowing what they are.

`local_features` describes every place of an image, `mining` finds places whose like recurs, `recurrence` says how much
a pattern looks put there, `subject` whether it lies off what the label names, `patterns` gathers them, and
`transplants` sets them into other images. `fixed_places` finds marks that always stand at one place, and `slices`
groups of images on which the model fails.
"""

from biasaudit.evidence.discovery.fixed_places import FixedPlace, fixed_places
from biasaudit.evidence.discovery.patterns import Pattern, patterns

__all__ = ["FixedPlace", "Pattern", "fixed_places", "patterns"]
