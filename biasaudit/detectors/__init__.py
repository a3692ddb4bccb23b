"""One file a detector: pure functions from evidence to rung results and findings."""

from biasaudit.detectors.association import association
from biasaudit.detectors.attribution import attribution
from biasaudit.detectors.content_blind import content_blind
from biasaudit.detectors.copies import copies
from biasaudit.detectors.detector import Detector
from biasaudit.detectors.discovery import discovery
from biasaudit.detectors.disparity import disparity
from biasaudit.detectors.encoding import encoding
from biasaudit.detectors.exclusions import exclusions
from biasaudit.detectors.image_quality import image_quality
from biasaudit.detectors.prevalence import prevalence
from biasaudit.detectors.properties_together import properties_together
from biasaudit.detectors.reliance import reliance
from biasaudit.detectors.representation import representation
from biasaudit.detectors.reversal import reversal
from biasaudit.detectors.slices import slices
from biasaudit.detectors.sources import given_parts, sources
from biasaudit.detectors.subgroups import subgroups

BUILTIN: tuple[Detector, ...] = (
    association,
    encoding,
    reliance,
    disparity,
    discovery,
    slices,
    reversal,
    content_blind,
    properties_together,
    attribution,
    subgroups,
    representation,
    prevalence,
    image_quality,
    copies,
    sources,
    given_parts,
    exclusions,
)
"""In the order in which they run; the first four are the rungs."""
