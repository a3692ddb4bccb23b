"""The records of an audit, as they stand in `audit.json`; frozen, strict, and all that a report may read."""

from biasaudit.results.audit import Audit, Dataset, Excluded, Model, Review
from biasaudit.results.base import (
    RUNGS,
    SCHEMA_VERSION,
    AuditVerdict,
    ColouredBy,
    Decision,
    Estimate,
    Kind,
    Record,
    RungName,
    State,
    Verdict,
)
from biasaudit.results.finding import Check, Finding, Rung
from biasaudit.results.maps import Attribution, ClassMap, Colouring, CueMap, MapCheck, RegionShare, RepresentationMap
from biasaudit.results.selftest import PlantedCue, SelfTest
from biasaudit.results.subgroups import Breakdown, Difference, Figure, Subgroup

__all__ = [
    "RUNGS",
    "SCHEMA_VERSION",
    "Attribution",
    "Audit",
    "AuditVerdict",
    "Breakdown",
    "Check",
    "ClassMap",
    "ColouredBy",
    "Colouring",
    "CueMap",
    "Dataset",
    "Decision",
    "Difference",
    "Estimate",
    "Excluded",
    "Figure",
    "Finding",
    "Kind",
    "MapCheck",
    "Model",
    "PlantedCue",
    "Record",
    "RegionShare",
    "RepresentationMap",
    "Review",
    "Rung",
    "RungName",
    "SelfTest",
    "State",
    "Subgroup",
    "Verdict",
]
