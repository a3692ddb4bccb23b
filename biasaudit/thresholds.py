"""The thresholds that several parts share; each other one stands at the top of the file that uses it."""

from __future__ import annotations

from biasaudit.results import RungName

Q = 0.05
"""The corrected p-value that a test must stay below."""
FLOORS: dict[RungName, float] = {"association": 0.2, "encoding": 0.2, "reliance": 0.1, "disparity": 0.1}
"""Share of the way from "no bias" to the worst case below which a true effect is too small to matter.

Association 0.2 is an AUC of 0.60 or a Cramer's V of 0.2; reliance 0.1 is a tenth of the distance between classes.
"""

MANY_CLASSES = 20
"""Classes up to which each is tested against the rest by itself. Of more, the one that a cue tells most surely is held
against the one that chance would tell most surely: as many tests as cues, so that a cue that is tied to most classes
does not loosen the correction of the others, and work that grows with the images alone."""
