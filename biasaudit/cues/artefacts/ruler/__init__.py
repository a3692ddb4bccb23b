"""Rulers and scales: strokes at even steps along a line."""

from __future__ import annotations

from biasaudit.cues.artefacts.ruler.comb import comb_along_a_line
from biasaudit.cues.artefacts.ruler.drawing import draw_ruler
from biasaudit.cues.artefacts.ruler.frame_scale import scale_along_the_frame
from biasaudit.cues.artefacts.ruler.marks import marks_at_the_frame
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred
from biasaudit.cues.resizing import with_longest_side
from biasaudit.images.photo import Photo

SMALLEST, WORKING_SIDE = 32, 384
"""Images with a side below the first show no ruler; the longest side is brought to the second."""
SEEN_FROM = 72
"""It finds its own drawing from 64 pixels on; another hand's ruler, with ticks four pixels apart, it misses there."""


@cue(
    kind="artefact",
    question="Is there a ruler or a measuring scale in the picture?",
    unit="nats against chance",
    threshold=5.0,
    smallest_side=SEEN_FROM,
)
def ruler(photo: Photo) -> float:
    """How surely the picture shows a row of evenly spaced marks.

    Why it matters: dermatologists lay a ruler beside a lesion that worries them. A skin-cancer classifier
    learnt the ruler, and called images that show one malignant (Narla 2018). Any scale that is put into a
    picture because of what is in it does the same: in pathology, forensics, botany, inspection.

    How it is measured: thin strokes, dark or light, vote for lines that they run along (the bar) or across
    (the ticks). Along the best lines the image is laid level, and the strokes across are read as places on a
    row. A comb is fitted to them; the value is how many nats its teeth save in telling the places, less the
    logarithm of the number of combs tried: a surprise a contrario (Desolneux 2000). Strokes that do not end
    near the line (fences, pipes, bricks) lose. Besides, a few loose dark marks near the frame, parallel and at
    even steps, count by how seldom so many specks would fall so; and so do five or more ticks at even steps that
    begin at the very edge and end right there, as devices print them, however faint. 0: nothing beyond chance.
    The threshold, 5, is set where 2 or 3 in a hundred everyday photographs without a ruler pass: railings,
    louvres, ribbed hoses.

    What it cannot show: a ruler under dense hair, with fewer than about six ticks (five at its edge), with
    ticks wider than 1/60 of the image or closer than 1/58; whether a row of even strokes was made for
    measuring: some pages of print with even lines pass too. One or two marks at the frame stay below the threshold.

    References: A. Narla et al., "Automated classification of skin lesions: from pixels to practice", Journal
    of Investigative Dermatology 138, 2018. A. Desolneux, L. Moisan, J.-M. Morel, "Meaningful alignments",
    International Journal of Computer Vision 40, 2000.
    """
    if min(photo.luma.shape) < SMALLEST:
        return 0.0
    # In a smaller picture ticks one pixel wide and four apart would not be told from each other.
    gray = with_longest_side(photo.luma, WORKING_SIDE)
    in_own_pixels = with_longest_side(photo.luma, WORKING_SIDE, 1.0)
    return max(comb_along_a_line(gray), marks_at_the_frame(gray), scale_along_the_frame(in_own_pixels))


ruler.inserts(placebo=blurred)(draw_ruler)
