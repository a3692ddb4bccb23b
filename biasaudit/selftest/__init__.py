"""The self-test: what this audit finds, and what it misses, when cues are planted in the user's own images.

Labels are dealt anew, so that nothing true ties a cue to them; then one cue is put into most images of one class and
few of the others. The audit has to name that cue, and to stay quiet on the same images without it. It speaks of the
first rung, the tie to the label, which decides what reaches the others.
"""

from biasaudit.selftest.sitting import selftest

__all__ = ["selftest"]
