"""What the parts of a given split are usually called, in lower case."""

from __future__ import annotations

HELD_OUT = ("test", "val", "valid", "validation")
"""Parts that a model is tested on, the first of them that occurs."""

FOLDERS = frozenset({"train", *HELD_OUT})
"""Where all top folders have these names (in any case), the classes are the folders inside them."""

USUAL = FOLDERS | {"training", "testing"}
"""What everybody calls a part; any other name may tell something of the data."""
