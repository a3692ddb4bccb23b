"""biasaudit: finds the shortcuts that an image classifier can learn from its data, and tests whether it did.

The ten-minute tour::

    import biasaudit as ba

    result = ba.audit("photos", metadata="photos/metadata.csv")
    result.verdict              # "shortcut"
    result.findings             # a DataFrame, most serious first
    result.to_html("report.html")

A *cue* is anything in or about an image, other than the thing its label names, that could give the label away.
Each cue climbs four *rungs*: is it tied to the label in the data (association), can the model's features tell it
(encoding), does the model use it beyond a placebo (reliance), and is the model worse where it misleads (disparity)?
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biasaudit.auditing import audit, audit_each_label, split_folder
    from biasaudit.output.comparing import compare
    from biasaudit.output.result import AuditResult
    from biasaudit.settings import Settings

__all__ = ["AuditResult", "Settings", "audit", "audit_each_label", "compare", "split_folder"]
_WHERE = {
    "audit": "auditing",
    "audit_each_label": "auditing",
    "compare": "output.comparing",
    "AuditResult": "output.result",
    "Settings": "settings",
    "split_folder": "auditing",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used: `biasaudit --help` must not wait for them."""
    import importlib

    if name in _WHERE:
        value = getattr(importlib.import_module(f"biasaudit.{_WHERE[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'biasaudit' has no attribute {name!r}")
