"""Every fact of an audit, one line each: a provider makes the fact that it is named after from those it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from biasaudit.evidence.blind_views import blind_views
from biasaudit.evidence.discovery.clustered_maps import evidence_places
from biasaudit.evidence.discovery.discovered import cue_values, discovered
from biasaudit.evidence.discovery.fixed_places import fixed_places
from biasaudit.evidence.discovery.patterns import patterns
from biasaudit.evidence.discovery.slices import slices
from biasaudit.evidence.discovery.transplants import transplants
from biasaudit.evidence.embedding_map import embedding_layout
from biasaudit.evidence.field import field
from biasaudit.evidence.fitted import fitted, predictions
from biasaudit.evidence.graph import Evidence, evidence
from biasaudit.evidence.interventions import interventions
from biasaudit.evidence.maps.attribution_record import attribution_record
from biasaudit.evidence.maps.attributions import attributions
from biasaudit.evidence.maps.cue_maps import cue_maps
from biasaudit.evidence.maps.map_places import map_places
from biasaudit.evidence.marks.places import mark_places
from biasaudit.evidence.marks.sensitivity import sensitivities
from biasaudit.evidence.named.known_cues import known_cues
from biasaudit.evidence.properties_together import properties_together
from biasaudit.evidence.sample_weights import sample_weights
from biasaudit.evidence.side_effects import side_effects
from biasaudit.evidence.source_traits import part_traits, source_traits
from biasaudit.evidence.subgroups.breakdowns import breakdowns
from biasaudit.evidence.subgroups.columns import group_columns
from biasaudit.evidence.subgroups.composition import composition
from biasaudit.evidence.subgroups.erasure import erased_gaps
from biasaudit.evidence.subgroups.worst import worst_groups
from biasaudit.evidence.ties import ties

PROVIDERS: tuple[Callable[..., Any], ...] = (
    # of the data
    field,
    known_cues,
    group_columns,
    composition,
    ties,
    side_effects,
    sensitivities,
    mark_places,
    properties_together,
    source_traits,
    part_traits,
    # of the model
    sample_weights,
    fitted,
    predictions,
    interventions,
    blind_views,
    embedding_layout,
    # of what nobody has named
    patterns,
    fixed_places,
    discovered,
    cue_values,
    transplants,
    slices,
    # of where the model looks
    attributions,
    map_places,
    cue_maps,
    attribution_record,
    evidence_places,
    # of groups of people
    breakdowns,
    worst_groups,
    erased_gaps,
)
BUILTIN: tuple[Evidence, ...] = tuple(evidence(each) for each in PROVIDERS)
"""An audit is given besides: images, survey, cues, backbone, given, weights_file, settings, cache, checkpoints and
progress."""
