"""Where in the pictures the model's evidence lies: no verdict rests on it, so it yields no finding."""

from __future__ import annotations

from collections.abc import Iterator

from biasaudit.registry import detector
from biasaudit.results import Attribution, Finding


@detector(question="Where in the pictures does the model's evidence lie?")
def attribution(attribution_record: Attribution) -> Iterator[Finding]:
    """Why it matters: evidence that lies at the border, or moves onto a ruler once that is drawn in, can be seen at a
    glance by somebody who knows the subject.

    How it is measured: Grad-CAM, or where it does not pass integrated gradients, or else occlusion, of each image's
    own class by the network that never saw the image; of up to 120 images, classes in turn. A method passes where its
    maps change once all weights are shuffled (rank correlation below 0.5), and where parts of a picture taken away and
    put in by the map's order move the answer sooner than in a random one (lower bound of 95% above 0). The shares of
    the evidence at the border and in the middle are held against heads of the same network that learnt shuffled
    labels: feature maps fade towards the border, so that the area is no null. Each tied artefact is put into images
    that lack it; the share of the evidence in that place is held against that with a placebo.

    What it cannot show: that a model uses or ignores anything. Maps are coarse, differ between methods, miss cues that
    have no place (a colour cast), and light up on clean models too. No verdict rests on them.

    References: Selvaraju et al. 2017 (Grad-CAM, ICCV); Sundararajan, Taly & Yan 2017 (Integrated gradients, ICML);
    Zeiler & Fergus 2014 (occlusion, ECCV); Adebayo et al. 2018 (Sanity checks for saliency maps, NeurIPS) and 2022
    (Post hoc explanations may be ineffective for detecting unknown spurious correlation, ICLR); Petsiuk et al. 2018
    (RISE, BMVC).
    """
    yield from ()
