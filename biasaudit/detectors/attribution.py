"""Where in the pictures the model's evidence lies; what it finds is for people to look at, and raises no alarm."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from biasaudit.detectors.detector import detector
from biasaudit.detectors.discovery import LOOKED_AT
from biasaudit.evidence.discovery.clustered_maps import EvidencePlace
from biasaudit.images.table import ImageTable
from biasaudit.results import Attribution, Estimate, Finding, Name, Rung, RungName, say
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval, null_auc, permutation_p, q_values, weighted_auc
from biasaudit.thresholds import FLOORS, Q

QUESTION = say("Where in the pictures does the model's evidence lie?")
EXAMPLES = 20
PERMUTATIONS = 499
NOT_ASKED: dict[RungName, Rung] = {
    name: Rung(state="untested", why=say("A map is supporting evidence: it is not tested further."))
    for name in ("encoding", "reliance", "disparity")
}


@detector(question=QUESTION, silence="nothing to test: no place that the maps could be asked about")
def attribution(
    images: ImageTable,
    attribution_record: Attribution,
    evidence_places: tuple[EvidencePlace, ...],
    settings: Settings,
) -> Iterator[Finding]:
    """Why it matters: evidence that lies at the border, or moves onto a ruler once that is drawn in, can be seen at a
    glance by somebody who knows the subject.

    How it is measured: Grad-CAM, or where it does not pass integrated gradients, or else occlusion, of each image's own
    class by the network that never saw the image; of up to 120 images, classes in turn. Of a given model Grad-CAM, or
    where it has no feature maps (a bare function has none) Partition SHAP. Maps are shown only of a method that passes:
    a method passes where its maps change once all weights are shuffled (rank correlation below 0.5), and where parts of
    a picture taken away and put in by the map's order move the answer sooner than in a random one (lower bound of 95%
    above 0). The shares of the evidence at the border and in the middle are held against heads of the same network that
    learnt shuffled labels: feature maps fade towards the border, so that the area is no null. Each tied artefact is put
    into images that lack it; the share of the evidence in that place is held against that with a placebo.

    The maps of each class are clustered; where in a cluster of a tenth of its images or more at least half of the
    evidence lies in one ninth of the picture, off the centre, that place is listed as what the model looks at, with the
    AUC of the evidence there for the class against the rest.

    What it cannot show: that a model uses or ignores anything. Maps are coarse, differ between methods, miss cues that
    have no place (a colour cast), and light up on clean models too; a place off the centre may be honest (the sky above
    a parachute). No verdict rests on maps, so that nothing here is more than `clear`.

    References: Selvaraju et al. 2017 (Grad-CAM, ICCV); Sundararajan, Taly & Yan 2017 (Integrated gradients, ICML);
    Zeiler & Fergus 2014 (occlusion, ECCV); Adebayo et al. 2018 (Sanity checks for saliency maps, NeurIPS) and 2022
    (Post hoc explanations may be ineffective for detecting unknown spurious correlation, ICLR); Petsiuk et al. 2018
    (RISE, BMVC); Lapuschkin et al. 2019 (SpRAy, Nature Communications).
    """
    tests = [_tie(place, images, settings.seed) for place in evidence_places]
    corrected = q_values(np.array([p for _, p in tests]))
    for place, (estimate, p_value), q_value in zip(evidence_places, tests, corrected, strict=True):
        yield _finding(place, images, estimate, p_value, float(q_value))


def _tie(place: EvidencePlace, images: ImageTable, seed: int) -> tuple[Estimate, float]:
    """How well the evidence at the place tells the class, and p from permuted labels."""
    positive, groups = images.labels[place.rows] == place.label, images.groups[place.rows]
    rng, everywhere = generator(seed, "evidence places", place.label), np.zeros(len(positive), dtype=int)

    def area(weights: np.ndarray) -> np.ndarray:
        return weighted_auc(place.values, positive, weights)

    value = float(area(np.ones((1, len(positive)), dtype=np.int32))[0])
    low, high = interval(area, groups, rng)
    null = null_auc([place.values], positive.astype(int), groups, everywhere, PERMUTATIONS, rng)[:, 0, 1]
    known = bool(np.isfinite([low, high]).all())
    estimate = Estimate(
        measure=say(
            "AUC of the share of evidence at this place, {label} against the rest", label=Name("label", place.label)
        ),
        value=value,
        low=low if known else 0.0,
        high=high if known else 1.0,
        null=0.5,
        limit=1.0,
        n=len(positive),
    )
    return estimate, permutation_p(value, null)


def _finding(place: EvidencePlace, images: ImageTable, estimate: Estimate, p_value: float, q_value: float) -> Finding:
    of_class = images.labels[place.rows] == place.label
    share, n, total = float(place.values[place.members].mean()), int(place.members.sum()), int(of_class.sum())
    tied = q_value < Q and estimate.low > 0.5 and estimate.value >= 0.5 + FLOORS["association"] / 2
    examples, counterexamples = _strongest(place, place.members, images), _strongest(place, ~of_class, images)
    return Finding(
        id=f"discovered-place_{images.classes.index(place.label) + 1}",
        detector="attribution",
        cue=f"place_{images.classes.index(place.label) + 1}",
        kind="discovered",
        title=say(
            "In {n} of {total} mapped images of {label}, {share:.0%} of the evidence for it lies in one ninth of the "
            "picture, {where}.",
            n=n,
            total=total,
            label=Name("label", place.label),
            share=share,
            where=place.where,
        ),
        verdict="clear",
        label=place.label,
        rungs={
            "association": Rung(
                state="yes" if tied else "no",
                estimate=estimate,
                p_value=p_value,
                q_value=q_value,
                method=say("permutation of labels"),
                why=say("The share of the evidence at this place tells the class from the others.")
                if tied
                else say("The share of the evidence at this place is about as large in the other classes."),
            ),
            **NOT_ASKED,
        },
        examples=examples,
        counterexamples=counterexamples,
        recommendation=say(
            "Look at that place: if the subject does not lie there, cover it in all images and train again."
        ),
        question=QUESTION,
        explanation=say("A place off the centre may be honest, as the sky above a parachute is."),
        section=LOOKED_AT if tied else None,
    )


def _strongest(place: EvidencePlace, among: np.ndarray, images: ImageTable) -> tuple[str, ...]:
    some = np.flatnonzero(among)
    return tuple(map(str, images.ids[place.rows[some[np.argsort(-place.values[some], kind="stable")][:EXAMPLES]]]))
