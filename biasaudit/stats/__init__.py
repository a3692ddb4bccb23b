"""Effect sizes, resampling by group, permutation nulls and power. Pure functions of arrays."""

from biasaudit.stats.effect_sizes import (
    auc,
    auc_under,
    contingency,
    cramers_v,
    weighted_auc,
)
from biasaudit.stats.many_classes import (
    areas_of_classes,
    evidence_of,
    surest_by_chance,
)
from biasaudit.stats.null_areas import (
    null_auc,
)
from biasaudit.stats.power import (
    detectable_auc,
    detectable_mean,
    detectable_v,
    q_values,
)
from biasaudit.stats.resampling import (
    at_a_time,
    bootstrap_weights,
    generator,
    interval,
    permutation_p,
    permutations_for,
    permuted,
    permuted_within,
    sign_flip_p,
    smallest_p,
    smallest_p_of_each,
)
from biasaudit.stats.strata import (
    members,
    pooled,
    stratified_auc,
    stratified_auc_under,
    stratified_v,
    van_elteren,
)

__all__ = [
    "areas_of_classes",
    "at_a_time",
    "auc",
    "auc_under",
    "bootstrap_weights",
    "contingency",
    "cramers_v",
    "detectable_auc",
    "detectable_mean",
    "detectable_v",
    "evidence_of",
    "generator",
    "interval",
    "members",
    "null_auc",
    "permutation_p",
    "permutations_for",
    "permuted",
    "permuted_within",
    "pooled",
    "q_values",
    "sign_flip_p",
    "smallest_p",
    "smallest_p_of_each",
    "stratified_auc",
    "stratified_auc_under",
    "stratified_v",
    "surest_by_chance",
    "van_elteren",
    "weighted_auc",
]
